package dev.nightjar.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who goes next. */
@Tag("K4")
class TurnsTest {
  private final Turns<String> turns = new Turns<>(3);

  private List<String> all() {
    var all = new ArrayList<String>();
    Optional<String> next = turns.next(_ -> true);
    while (next.isPresent()) {
      all.add(next.get());
      turns.ended(next.get().substring(0, 1));
      next = turns.next(_ -> true);
    }
    return all;
  }

  private void add(String... items) {
    for (String item : items) {
      turns.add(item.substring(0, 1), item);
    }
  }

  @Test
  void projectsTakeTurnsAndEachGoesInItsOrder() {
    add("a1", "a2", "a3", "b1", "c1", "c2");

    assertThat(all()).containsExactly("a1", "b1", "c1", "a2", "c2", "a3");
    assertThat(all()).isEmpty();
  }

  @Test
  void whatIsNotDoneGoesBehindOtherProjectsAndBeforeItsOwn() {
    add("a1", "a2");
    assertThat(turns.next(_ -> true)).contains("a1");
    add("b1", "b2");

    turns.goOn("a", "a1");
    turns.ended("a");

    assertThat(all()).containsExactly("b1", "a1", "b2", "a2");
  }

  @Test
  void projectHasOneTurnAtATime() {
    add("a1", "a2", "b1");

    assertThat(turns.next(_ -> true)).contains("a1");
    assertThat(turns.next(_ -> true)).contains("b1");
    assertThat(turns.next(_ -> true)).isEmpty();
    turns.ended("a");
    assertThat(turns.next(_ -> true)).contains("a2");
  }

  @Test
  void noMoreThanSoManyHaveATurnAtATime() {
    add("a1", "b1", "c1", "d1");

    assertThat(turns.next(_ -> true)).contains("a1");
    assertThat(turns.next(_ -> true)).contains("b1");
    assertThat(turns.next(_ -> true)).contains("c1");
    assertThat(turns.next(_ -> true)).isEmpty();
    turns.ended("b");
    assertThat(turns.next(_ -> true)).contains("d1");
  }

  @Test
  void whatIsTakenAwayHasNoTurn() {
    add("a1", "a2", "b1");

    turns.remove("a", "a1");
    turns.remove("b", "b1");
    turns.remove("c", "c1");

    assertThat(all()).containsExactly("a2");
  }

  @Test
  void projectWhoseFirstMayNotGoIsPassedOverAndKeepsItsPlace() {
    add("a1", "b1", "b2");

    assertThat(turns.next(item -> !item.equals("a1"))).contains("b1");
    turns.ended("b");
    assertThat(turns.next(item -> item.equals("x1"))).isEmpty();
    assertThat(all()).containsExactly("a1", "b2");
  }
}
