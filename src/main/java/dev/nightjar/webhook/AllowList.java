package dev.nightjar.webhook;

import dev.nightjar.net.Network;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which addresses that are not public webhooks may reach: networks, and hosts by exact name. */
public record AllowList(List<Network> networks, Set<String> hosts) {
  public static final AllowList NONE = new AllowList(List.of(), Set.of());

  private static final Pattern HOST = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?");
  private static final Pattern IPV4 = Pattern.compile("[0-9.]+");

  public AllowList {
    networks = List.copyOf(networks);
    hosts = Set.copyOf(hosts);
  }

  /** From the entries of the setting; throws IllegalArgumentException for one that is neither. */
  public static AllowList parse(List<String> entries) {
    var networks = new ArrayList<Network>();
    var hosts = new HashSet<String>();
    for (String entry : entries) {
      String text = entry.toLowerCase(Locale.ROOT);
      boolean isHost = HOST.matcher(text).matches() && !IPV4.matcher(text).matches();
      if (isHost) {
        hosts.add(text);
      } else {
        networks.add(network(text));
      }
    }
    return new AllowList(networks, hosts);
  }

  private static Network network(String text) {
    try {
      return Network.parse(text);
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException(
          "'%s' is neither a network such as 10.0.0.0/8 nor a host's name".formatted(text));
    }
  }

  boolean allows(String host, InetAddress address) {
    return hosts.contains(host.toLowerCase(Locale.ROOT))
        || networks.stream().anyMatch(network -> network.contains(address));
  }
}
