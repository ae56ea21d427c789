/** ip_address as src/security/ipRange writes keys: IPv4 gets the mark of ::ffff:0:0/96 in front. NULL where it is none. */
export const IP_KEY = `LPAD(HEX(INET6_ATON(ip_address)), 32, '00000000000000000000FFFF')`;

/** The key of the first address of its network, as src/security/networkOf draws them: of IPv4 its own, of IPv6 that of the /64. */
export const NETWORK_KEY = `IF(${IP_KEY} LIKE '00000000000000000000FFFF%', ${IP_KEY}, RPAD(LEFT(${IP_KEY}, 16), 32, '0'))`;
