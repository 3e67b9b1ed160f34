package dev.nightjar.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignatureTest {
  private static final String SECRET = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";
  private static final String ID = "wh_685c059ae39c8190af8c71ed1022a24d";
  private static final long TIMESTAMP = 1750861210;
  private static final byte[] BODY =
      """
      {"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, \
      "type": "response.completed", "data": {"id": "resp_123"}}\
      """
          .getBytes(StandardCharsets.UTF_8);
  private static final String EXPECTED = "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY=";

  @Test
  void testVectorOfTheClientsComesOutAsTheyExpect() {
    assertThat(Signature.header(List.of(SECRET), ID, TIMESTAMP, BODY)).isEqualTo(EXPECTED);
  }

  @Test
  void eachSecretSigns() {
    String header = Signature.header(List.of("whsec_b3RoZXI=", SECRET), ID, TIMESTAMP, BODY);

    assertThat(header.split(" ")).hasSize(2).contains(EXPECTED).doesNotHaveDuplicates();
  }
}
