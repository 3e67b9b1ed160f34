package dev.nightjar.engine.trace;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Event.ClaimedLine;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.LineSpan;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How events are written. Those that each line has are written by hand, since that takes a tenth of
 * the time and of the room; all others as the objects that they are.
 */
final class EventFormat {
  private static final int OBJECT = 0;
  private static final int TICK = 1;
  private static final int ANSWERED = 2;
  private static final int APPENDED = 3;
  private static final int CLAIMED = 4;

  private EventFormat() {}

  static void write(Event event, ObjectOutputStream out) throws IOException {
    if (event instanceof Event.Tick) {
      out.writeByte(TICK);
    } else if (event
            instanceof Event.Ended(LineId line, CallOutcome.Answered(Answer answer, var rates))
        && rates == null) {
      out.writeByte(ANSWERED);
      write(line, out);
      write(answer, out);
    } else if (event instanceof Event.Appended appended) {
      out.writeByte(APPENDED);
      write(appended, out);
    } else if (event instanceof Event.Claimed claimed) {
      out.writeByte(CLAIMED);
      write(claimed, out);
    } else {
      out.writeByte(OBJECT);
      out.writeObject(event);
    }
  }

  static Event read(ObjectInputStream in, AnswerTrace.Blank blank) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case TICK -> new Event.Tick();
      case ANSWERED -> new Event.Ended(line(in), new CallOutcome.Answered(answer(in, blank)));
      case APPENDED -> appended(in, blank);
      case CLAIMED -> claimed(in);
      case OBJECT -> (Event) object(in);
      default -> throw new IOException("there is no kind of event " + kind);
    };
  }

  private static Object object(ObjectInputStream in) throws IOException {
    try {
      return in.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  private static void write(Event.Claimed claimed, ObjectOutputStream out) throws IOException {
    writeNumber(claimed.batch(), out);
    writeNumber(claimed.chunks().size(), out);
    for (ClaimedChunk chunk : claimed.chunks()) {
      out.writeObject(with(List.of(), chunk));
      writeNumber(chunk.lines().size(), out);
      String lastModel = "";
      for (ClaimedLine line : chunk.lines()) {
        write(line.span(), out);
        boolean isOther = !line.model().equals(lastModel);
        out.writeBoolean(isOther);
        if (isOther) {
          out.writeObject(line.model());
        }
        lastModel = line.model();
      }
    }
  }

  private static Event claimed(ObjectInputStream in) throws IOException {
    long batch = number(in);
    var chunks = new ArrayList<ClaimedChunk>();
    for (long left = number(in); left > 0; left--) {
      var chunk = (ClaimedChunk) object(in);
      var lines = new ArrayList<ClaimedLine>();
      String model = "";
      for (long linesLeft = number(in); linesLeft > 0; linesLeft--) {
        LineSpan span = span(in);
        model = in.readBoolean() ? (String) object(in) : model;
        lines.add(new ClaimedLine(span, model));
      }
      chunks.add(with(lines, chunk));
    }
    return new Event.Claimed(batch, chunks);
  }

  private static ClaimedChunk with(List<ClaimedLine> lines, ClaimedChunk chunk) {
    return new ClaimedChunk(
        chunk.chunk(),
        lines,
        chunk.held(),
        chunk.heldCounts(),
        chunk.heldUsage(),
        chunk.heldBytes());
  }

  private static void write(LineSpan span, ObjectOutputStream out) throws IOException {
    writeNumber(span.offset(), out);
    writeNumber(span.length(), out);
    writeNumber(span.idStart(), out);
    writeNumber(span.idLength(), out);
    writeNumber(span.bodyStart(), out);
    writeNumber(span.bodyLength(), out);
    writeNumber(span.modelStart(), out);
    writeNumber(span.modelLength(), out);
  }

  private static LineSpan span(ObjectInputStream in) throws IOException {
    return new LineSpan(
        number(in),
        (int) number(in),
        (int) number(in),
        (int) number(in),
        (int) number(in),
        (int) number(in),
        (int) number(in),
        (int) number(in));
  }

  private static void write(Event.Appended appended, ObjectOutputStream out) throws IOException {
    writeNumber(appended.answers().size(), out);
    for (Pending pending : appended.answers()) {
      write(pending.line(), out);
      write(pending.answer(), out);
    }
    writeNumber(appended.refused().size(), out);
    for (ChunkId chunk : appended.refused()) {
      write(chunk, out);
    }
  }

  private static Event appended(ObjectInputStream in, AnswerTrace.Blank blank) throws IOException {
    var answers = new ArrayList<Pending>();
    for (long left = number(in); left > 0; left--) {
      answers.add(new Pending(line(in), answer(in, blank)));
    }
    Set<ChunkId> refused = new HashSet<>();
    for (long left = number(in); left > 0; left--) {
      refused.add(chunk(in));
    }
    return new Event.Appended(answers, refused);
  }

  private static void write(LineId line, ObjectOutputStream out) throws IOException {
    write(line.chunk(), out);
    writeNumber(line.epoch(), out);
    writeNumber(line.index(), out);
  }

  private static LineId line(ObjectInputStream in) throws IOException {
    return new LineId(chunk(in), number(in), (int) number(in));
  }

  private static void write(ChunkId chunk, ObjectOutputStream out) throws IOException {
    writeNumber(chunk.batch(), out);
    writeNumber(chunk.number(), out);
  }

  private static ChunkId chunk(ObjectInputStream in) throws IOException {
    return new ChunkId(number(in), (int) number(in));
  }

  private static void write(Answer whole, ObjectOutputStream out) throws IOException {
    var answer = AnswerTrace.of(whole);
    out.writeBoolean(answer.isSuccess());
    writeNumber(answer.usage().input(), out);
    writeNumber(answer.usage().cached(), out);
    writeNumber(answer.usage().output(), out);
    writeNumber(answer.usage().reasoning(), out);
    writeNumber(answer.headBytes(), out);
    writeNumber(answer.tailBytes(), out);
    writeNumber(answer.spoolBytes(), out);
    out.writeInt(answer.checksum());
  }

  private static Answer answer(ObjectInputStream in, AnswerTrace.Blank blank) throws IOException {
    boolean isSuccess = in.readBoolean();
    var usage = new Usage(number(in), number(in), number(in), number(in));
    return new AnswerTrace(
            isSuccess, usage, (int) number(in), (int) number(in), number(in), in.readInt())
        .answer(blank);
  }

  /** Seven bits a byte, the lowest first: most are small. */
  static void writeNumber(long number, ObjectOutputStream out) throws IOException {
    long left = number;
    while ((left & ~0x7FL) != 0) {
      out.writeByte((int) ((left & 0x7F) | 0x80));
      left >>>= 7;
    }
    out.writeByte((int) left);
  }

  static long number(ObjectInputStream in) throws IOException {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = in.readByte();
      number |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return number;
      }
    }
    throw new IOException("a number does not end");
  }
}
