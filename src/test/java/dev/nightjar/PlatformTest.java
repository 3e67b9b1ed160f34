package dev.nightjar;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("H3")
class PlatformTest {
  @Test
  void windowsIsSaidToBeUnsupported() {
    assertThat(Main.isSupported("Windows 11")).isFalse();
    assertThat(Main.isSupported("Windows Server 2025")).isFalse();
    assertThat(Main.isSupported("Linux")).isTrue();
    assertThat(Main.isSupported("Mac OS X")).isTrue();
    assertThat(Main.isSupported(System.getProperty("os.name"))).isTrue();
  }
}
