-- Copies leases from Kea's lease files, which psql reads from its standard input, to the tables of kea-admin. Of two leases
-- of an address, the one that ends later stays.
BEGIN;

CREATE TEMPORARY TABLE file (number bigserial, line text) ON COMMIT DROP;
-- As one column: neither of the characters is in a line.
\copy file (line) FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

CREATE TEMPORARY TABLE moving ON COMMIT DROP AS
    -- Kea appends a line for each change of a lease. The last one counts.
    SELECT DISTINCT ON (part[1])
        part[1]::inet - '0.0.0.0'::inet AS address,
        decode(replace(part[2], ':', ''), 'hex') AS hwaddr,
        CASE WHEN part[3] <> '' THEN decode(replace(part[3], ':', ''), 'hex') END AS client_id,
        part[4]::bigint AS valid_lifetime,
        to_timestamp(part[5]::bigint) AS expire,
        part[6]::bigint AS subnet_id,
        part[7] <> '0' AS fqdn_fwd,
        part[8] <> '0' AS fqdn_rev,
        replace(part[9], '&#x2c', ',') AS hostname,
        part[10]::bigint AS state,
        nullif(replace(part[11], '&#x2c', ','), '') AS user_context,
        coalesce(part[12], '0')::bigint AS pool_id
    FROM file, string_to_array(line, ',') AS part
    -- Neither the headers nor a line that a crash has cut off.
    WHERE line ~ '^[0-9.]+,[0-9a-f:]*,[0-9a-f:]*,[0-9]+,[0-9]+,[0-9]+,[01],[01],[^,]*,[0-9]+,[^,]*(,[0-9]+)?$'
    ORDER BY part[1], number DESC;

-- A lease without a lifetime has been deleted.
DELETE FROM moving WHERE valid_lifetime = 0;

-- Leases from an earlier use of the database, whose clients have got other addresses since.
DELETE FROM lease4 USING moving
    WHERE lease4.subnet_id = moving.subnet_id AND lease4.client_id = moving.client_id
        AND lease4.address <> moving.address AND lease4.expire < moving.expire;

INSERT INTO lease4 (
        address, hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state, user_context, pool_id)
    TABLE moving
    ON CONFLICT (address) DO UPDATE SET
        (hwaddr, client_id, valid_lifetime, expire, subnet_id, fqdn_fwd, fqdn_rev, hostname, state, user_context, pool_id) = (
            excluded.hwaddr, excluded.client_id, excluded.valid_lifetime, excluded.expire, excluded.subnet_id,
            excluded.fqdn_fwd, excluded.fqdn_rev, excluded.hostname, excluded.state, excluded.user_context, excluded.pool_id)
        WHERE lease4.expire < excluded.expire;

SELECT count(*) || ' leases of the volume are in the database' FROM moving;

COMMIT;
