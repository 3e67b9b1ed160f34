package dev.nightjar.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.net.PublicAddress;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:a00:1::",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::",
        "2001::1",
        "2001:db8::1",
        "fc00::1",
        "fd12:3456::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void addressThatIsNotOfThePublicInternetIsToldInEachOfItsForms(String address) {
    assertThat(PublicAddress.is(InetAddress.ofLiteral(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450:4001:82a::200e",
        "64:ff9b::1.1.1.1",
        "2002:101:101::1"
      })
  void publicAddressIsTold(String address) {
    assertThat(PublicAddress.is(InetAddress.ofLiteral(address))).isTrue();
  }

  @Test
  void allowListKnowsNetworksAddressesAndExactNames() {
    var allowed = AllowList.parse(List.of("127.0.0.1", "10.0.0.0/8", "FD00::/8", "Hooks.internal"));

    assertThat(allows(allowed, "a", "127.0.0.1")).isTrue();
    assertThat(allows(allowed, "a", "127.0.0.2")).isFalse();
    assertThat(allows(allowed, "a", "10.200.0.1")).isTrue();
    assertThat(allows(allowed, "a", "11.0.0.1")).isFalse();
    assertThat(allows(allowed, "a", "fd00::1")).isTrue();
    assertThat(allows(allowed, "hooks.INTERNAL", "192.168.0.1")).isTrue();
    assertThat(allows(allowed, "evil.hooks.internal", "192.168.0.1")).isFalse();
    assertThat(allows(AllowList.NONE, "hooks.internal", "192.168.0.1")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/x", "", "300.1.1.1", "a b", "/8"})
  void entryThatIsNoNetworkAndNoNameIsNamed(String entry) {
    assertThatThrownBy(() -> AllowList.parse(List.of(entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + entry + "'");
  }

  private static boolean allows(AllowList allowed, String host, String address) {
    return allowed.allows(host, InetAddress.ofLiteral(address));
  }
}
