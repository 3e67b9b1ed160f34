package dev.nightjar.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.file.Manifest.Piece;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static final Manifest THREE =
      new Manifest(List.of(new Piece("a", 3), new Piece("b", 1), new Piece("c", 5L << 32)));

  @Test
  void piecesFollowEachOther() {
    assertThat(THREE.bytes()).isEqualTo(4 + (5L << 32));
    assertThat(THREE.start(0)).isZero();
    assertThat(THREE.start(1)).isEqualTo(3);
    assertThat(THREE.start(2)).isEqualTo(4);
  }

  @Test
  void findsThePieceOfAPosition() {
    assertThat(THREE.pieceAt(0)).isZero();
    assertThat(THREE.pieceAt(2)).isZero();
    assertThat(THREE.pieceAt(3)).isEqualTo(1);
    assertThat(THREE.pieceAt(4)).isEqualTo(2);
    assertThat(THREE.pieceAt(THREE.bytes() - 1)).isEqualTo(2);
  }

  @Test
  void refusesPositionsOutside() {
    assertThatIllegalArgumentException().isThrownBy(() -> THREE.pieceAt(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> THREE.pieceAt(THREE.bytes()));
    assertThatIllegalArgumentException().isThrownBy(() -> new Manifest(List.of()).pieceAt(0));
  }

  @Test
  void emptyPieceIsRefusedAndAnEmptyObjectIsNoPiece() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Piece("a", 0));
    assertThat(Manifest.ofObject("a", 0).pieces()).isEmpty();
    assertThat(Manifest.ofObject("a", 7).pieces()).containsExactly(new Piece("a", 7));
  }

  @Test
  void decodesWhatItEncoded() {
    Manifest decoded = Manifest.decode(THREE.encode());

    assertThat(decoded.pieces()).isEqualTo(THREE.pieces());
    assertThat(decoded.bytes()).isEqualTo(THREE.bytes());
    assertThat(Manifest.decode(new Manifest(List.of()).encode()).pieces()).isEmpty();
  }

  @Test
  void manifestOfTwentyThousandChunksIsSmall() {
    var pieces = new ArrayList<Piece>();
    for (int i = 0; i < 20_000; i++) {
      pieces.add(new Piece("out/batch_0123456789abcdef0123456789abcdef/%d-1".formatted(i), 99 + i));
    }

    assertThat(new Manifest(pieces).encode().length).isLessThan(300_000);
  }

  @Test
  void truncatedOrForeignBytesAreAnError() {
    byte[] encoded = THREE.encode();

    assertThatThrownBy(() -> Manifest.decode(Arrays.copyOf(encoded, encoded.length / 2)))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> Manifest.decode(new byte[] {1, 2, 3}))
        .isInstanceOf(UncheckedIOException.class);
  }
}
