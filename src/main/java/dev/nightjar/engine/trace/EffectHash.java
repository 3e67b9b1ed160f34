package dev.nightjar.engine.trace;

import dev.nightjar.batch.Answer;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.KnownModels;
import dev.nightjar.engine.message.LineId;
import java.util.List;

/**
 * What a trace holds of the effects of a step: a number by which those of a replay are compared
 * with them. An answer has the same as what a trace holds of it.
 */
public final class EffectHash {
  private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

  private EffectHash() {}

  public static int of(List<Effect> effects) {
    long hash = effects.size();
    for (Effect effect : effects) {
      hash = mix(hash, of(effect));
    }
    return Long.hashCode(hash);
  }

  private static long of(Effect effect) {
    if (effect instanceof Effect.Append(LineId line, Answer answer)) {
      long hash = mix(of(line), answer.isSuccess() ? 1 : 0);
      hash = mix(mix(hash, answer.bytesInMemory()), answer.spoolBytes());
      return mix(hash, AnswerTrace.checksum(answer));
    }
    if (effect instanceof Effect.Send send) {
      long hash = mix(mix(of(send.line()), send.number()), send.upstream());
      hash = mix(mix(hash, send.span().offset()), send.span().length());
      return send.otherName() == null ? hash : mix(hash, send.otherName().hashCode());
    }
    if (effect instanceof Effect.TellModels(List<KnownModels> upstreams)) {
      long hash = upstreams.size();
      for (KnownModels known : upstreams) {
        hash = mix(hash, of(known));
      }
      return hash;
    }
    return effect.toString().hashCode(); // Of the others there are few.
  }

  /** A set has the same number in any order, as it has not as text. */
  private static long of(KnownModels known) {
    long hash = mix(known.upstream().hashCode(), known.models().listed().hashCode());
    return mix(mix(hash, known.askedAtMillis()), known.isCurrent() ? 1 : 0);
  }

  private static long of(LineId line) {
    return mix(mix(mix(line.chunk().batch(), line.chunk().number()), line.epoch()), line.index());
  }

  private static long mix(long hash, long value) {
    return Long.rotateLeft((hash ^ value) * FACTOR, 29);
  }
}
