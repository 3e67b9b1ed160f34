package dev.nightjar.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Says which addresses are of the public Internet: neither of this machine, nor of a network of its
 * owner's, nor of what a cloud puts beside it, in none of the forms that such an address may take.
 */
public final class PublicAddress {
  private static final int IPV4_BYTES = 4;

  private static final List<Network> NOT_PUBLIC_IPV4 =
      networks(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4");

  /** All that is public in IPv6, but for what is in it for other ends, or translated. */
  private static final Network UNICAST = Network.parse("2000::/3");

  private static final List<Network> NOT_PUBLIC_IPV6 =
      networks("2001::/23", "2001:db8::/32", "3fff::/20");
  private static final Network NAT64 = Network.parse("64:ff9b::/96");
  private static final int NAT64_IPV4 = 12;
  private static final Network SIX_TO_FOUR = Network.parse("2002::/16");
  private static final int SIX_TO_FOUR_IPV4 = 2;

  private PublicAddress() {}

  public static boolean is(InetAddress address) {
    if (address instanceof Inet4Address) {
      return isNone(NOT_PUBLIC_IPV4, address);
    }
    if (NAT64.contains(address)) {
      return is(embedded(address, NAT64_IPV4));
    }
    if (SIX_TO_FOUR.contains(address)) {
      return is(embedded(address, SIX_TO_FOUR_IPV4));
    }
    return UNICAST.contains(address) && isNone(NOT_PUBLIC_IPV6, address);
  }

  private static boolean isNone(List<Network> networks, InetAddress address) {
    return networks.stream().noneMatch(network -> network.contains(address));
  }

  private static InetAddress embedded(InetAddress address, int from) {
    try {
      return InetAddress.getByAddress(
          Arrays.copyOfRange(address.getAddress(), from, from + IPV4_BYTES));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Network> networks(String... texts) {
    return Arrays.stream(texts).map(Network::parse).toList();
  }
}
