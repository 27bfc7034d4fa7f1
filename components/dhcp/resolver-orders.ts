/** The last digit of a hardware address, in Kea's language: https://kea.readthedocs.io/en/kea-3.0.3/arm/classify.html */
const lastDigit = "substring(hexstring(pkt4.mac, ''), -1, 1)";

/**
 * Classes of clients that are told the resolvers in another order (option 6), so that each resolver is the first one of
 * about as many clients. The class is chosen by the last digit of the hardware address, which a client keeps: an order
 * for each subnet or pool would leave the clients of a single pool with one order. The clients of no class are told the
 * order of the list.
 * @param resolvers the addresses, from 2 to 16.
 */
export const resolverOrders = (resolvers: readonly string[]) =>
    resolvers.slice(1).map((first, i) => ({
        name: `resolver-${first}-first`,
        test: digitsOf(i + 1, resolvers.length)
            .map((digit) => `${lastDigit} == '${digit}'`)
            .join(" or "),
        "option-data": [
            {
                name: "domain-name-servers",
                data: [...resolvers.slice(i + 1), ...resolvers.slice(0, i + 1)].join(", "),
            },
        ],
    }));

/** The hexadecimal digits that leave the remainder. */
const digitsOf = (remainder: number, divisor: number): string[] =>
    Array.from({ length: 16 }, (_, digit) => digit)
        .filter((digit) => digit % divisor === remainder)
        .map((digit) => digit.toString(16));
