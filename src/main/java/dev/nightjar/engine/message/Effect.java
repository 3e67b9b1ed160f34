package dev.nightjar.engine.message;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the engine wants done: the only way out. Each is answered by an event. */
public sealed interface Effect {
  /** The answer when it cannot be carried out; null for one that has no answer. */
  default @Nullable Event failed(String why) {
    return null;
  }

  /**
   * Claim the next chunks and open their inputs; a stopping batch needs no lines read. Answer:
   * Claimed, ClaimFailed.
   */
  record Claim(long batch, int maxChunks, boolean isClosing) implements Effect {
    @Override
    public Event failed(String why) {
      return new Event.ClaimFailed(batch, "its next lines cannot be read: " + why);
    }
  }

  /**
   * Call the upstream. Answer: Ended.
   *
   * @param number the line's place in its batch, from 0
   * @param model of the line
   * @param otherName what the upstream calls that; null: as the line does
   */
  record Send(
      LineId line,
      long number,
      LineSpan span,
      int upstream,
      String model,
      @Nullable String otherName)
      implements Effect {
    @Override
    public Event failed(String why) {
      return new Event.Ended(line, new CallOutcome.LocalFault(why));
    }
  }

  /**
   * Make an answer durable. Answer: Appended. There is none that it failed: it would be nowhere,
   * and its line in flight without end.
   */
  record Append(LineId line, Answer answer) implements Effect {
    @Override
    public Event failed(String why) {
      throw new IllegalStateException("an answer cannot be handed on: " + why);
    }
  }

  /**
   * Write the chunk as objects; unexecuted lines get {@code ending}'s error. Answer: Sealed,
   * SealFailed.
   */
  record Seal(Chunk chunk, @Nullable Ending ending) implements Effect {
    @Override
    public Event failed(String why) {
      return new Event.SealFailed(chunk, "answers cannot be sealed: " + why);
    }
  }

  /** All chunks are sealed. Answer: Finished, FinishFailed. */
  record Finish(long batch) implements Effect {
    @Override
    public Event failed(String why) {
      return new Event.FinishFailed(batch, "it cannot be finished: " + why);
    }
  }

  /**
   * The deadline has passed. Answer: Stopping, ExpireFailed; of one that was not validated
   * ExpiredUnvalidated, ValidationEnded.
   */
  record Expire(long batch) implements Effect {
    @Override
    public Event failed(String why) {
      return new Event.ExpireFailed(batch, "it cannot be expired: " + why);
    }
  }

  /**
   * Check the next slice of a batch's file. Answer: Started, ValidationEnded, SliceChecked,
   * MemoryWanted, ValidateFailed, ExpiredUnvalidated.
   */
  record Validate(long batch) implements Effect {
    @Override
    public Event failed(String why) {
      return new Event.ValidateFailed(batch, why);
    }
  }

  /** Forget what was read of its file; a slice under way ends soon. No answer but that slice's. */
  record EndValidation(long batch) implements Effect {}

  /**
   * See whether the upstream is well. Answer: Controlled.
   *
   * @param name what the upstream calls the model
   * @param isByLine with the shortest line that was ok there, and not with the smallest call
   */
  record Control(int upstream, String model, String name, String url, boolean isByLine)
      implements Effect {
    @Override
    public Event failed(String why) {
      return new Event.Controlled(upstream, model, url, new CallOutcome.LocalFault(why));
    }
  }

  /** Ask the upstream which models it has. Answer: ModelsListed, ListFailed. */
  record ListModels(int upstream) implements Effect {
    @Override
    public Event failed(String why) {
      return new Event.ListFailed(upstream, why);
    }
  }

  /** What is known now of the models of all upstreams, for whoever asks. No answer. */
  record TellModels(List<KnownModels> upstreams) implements Effect {}

  /** Close the call's connection. Its Ended comes by itself. */
  record Abort(LineId line) implements Effect {}

  /** Of a chunk that was claimed nobody reads a line any more: close its input. No answer. */
  record CloseInput(Chunk chunk) implements Effect {}

  /** Tell the operator. No answer. */
  record Say(String message) implements Effect {}
}
