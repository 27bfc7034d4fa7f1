# Sends a command to Kea's control socket and prints the answer. Kea's image has Perl, and neither socat nor Python.
#
# Usage: perl ask-kea.pl COMMAND [ARGUMENTS]
# COMMAND: one of Kea's manual, such as status-get. ARGUMENTS: what it takes, as a JSON object.
# The exit status is 0 if Kea reports success (result 0), and another one if it does not, or not within two seconds.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($command, $arguments) = @ARGV;
my $path = "$ENV{KEA_CONTROL_SOCKET_DIR}/kea-dhcp4-ctrl.sock";
alarm 2;
my $socket = IO::Socket::UNIX->new(Peer => $path) or die "cannot connect to $path: $!\n";
$socket->autoflush(1);
print $socket sprintf '{"command":"%s","arguments":%s}', $command, $arguments // "{}";
my $answer = do { local $/; <$socket> } // "";
print "$answer\n";
exit($answer =~ /"result": 0/ ? 0 : 1);
