package dev.nightjar.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.file.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("K2")
class EffectGuardTest {
  private static final Chunk CHUNK = new Chunk(new ChunkId(7, 3), 1, 0, 16, 0, 100);
  private static final LineId LINE = new LineId(CHUNK.id(), CHUNK.epoch(), 0);

  /** In reasons, which users see; the log has the rest. */
  private static final String INTERNAL = "an internal error, which the log has";

  private final List<Event> events = new ArrayList<>();
  private final EffectGuard guard = new EffectGuard(events::add);

  @Test
  void whateverAnEffectThrowsIsItsFailedEvent() {
    fail(new Effect.Claim(7, 1, false), new AssertionError("a"));
    fail(new Effect.Seal(CHUNK, null), new IOException("b"));
    fail(new Effect.Finish(7), new IllegalStateException("c"));
    fail(new Effect.Expire(7), new AssertionError("d"));
    fail(new Effect.Validate(7), new IOException("e"));
    fail(new Effect.Control(0, "m", "m", "/v1/embeddings", false), new NullPointerException());

    assertThat(events)
        .containsExactly(
            new Event.ClaimFailed(7, "its next lines cannot be read: " + INTERNAL),
            new Event.SealFailed(CHUNK, "answers cannot be sealed: b"),
            new Event.FinishFailed(7, "it cannot be finished: " + INTERNAL),
            new Event.ExpireFailed(7, "it cannot be expired: " + INTERNAL),
            new Event.ValidateFailed(7, "its file cannot be read: e"),
            new Event.Controlled(0, "m", "/v1/embeddings", new CallOutcome.LocalFault(INTERNAL)));
  }

  @Test
  void sendThatCannotBeginIsALocalFaultOfItsLine() {
    fail(
        new Effect.Send(LINE, 0, new LineSpan(0, 10, 0, 0, 0, 10, 0, 0), 0, "m", null),
        new AssertionError("a mistake"));

    assertThat(events).containsExactly(new Event.Ended(LINE, new CallOutcome.LocalFault(INTERNAL)));
  }

  @Test
  void whatHasNoAnswerIsOnlyLogged() {
    fail(new Effect.Say("hello"), new AssertionError("a mistake"));
    fail(new Effect.EndValidation(7), new IllegalStateException("a mistake"));
    fail(new Effect.CloseInput(CHUNK), new IllegalStateException("a mistake"));

    assertThat(events).isEmpty();
  }

  @Test
  void answerThatCannotBeHandedOnIsTheEndOfTheLoop() {
    var append = new Effect.Append(LINE, Answer.of(true, Usage.NONE, Bytes.utf8("{}")));

    assertThatThrownBy(() -> fail(append, new AssertionError("a mistake")))
        .isInstanceOf(IllegalStateException.class);
  }

  private void fail(Effect effect, Throwable failure) {
    guard.run(
        effect,
        () -> {
          switch (failure) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalArgumentException(failure);
          }
        });
  }
}
