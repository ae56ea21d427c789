/** ip_address as src/security/ipRange writes keys: IPv4 gets the mark of ::ffff:0:0/96 in front. NULL where it is none. */
export const IP_KEY = `LPAD(HEX(INET6_ATON(ip_address)), 32, '00000000000000000000FFFF')`;
