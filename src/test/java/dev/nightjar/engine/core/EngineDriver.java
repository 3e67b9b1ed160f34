package dev.nightjar.engine.core;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.batch.ChunkId;
import dev.nightjar.batch.RequestCounts;
import dev.nightjar.batch.Usage;
import dev.nightjar.engine.message.BatchStart;
import dev.nightjar.engine.message.CallOutcome;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event;
import dev.nightjar.engine.message.Event.ClaimedChunk;
import dev.nightjar.engine.message.Event.ClaimedLine;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.KnownModels;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.LineSpan;
import dev.nightjar.engine.message.Live;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.store.ChunkStore.SealOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Drives an engine by hand: time stands still unless a test advances it, stores answer at once, and
 * calls end when the test says how.
 */
final class EngineDriver {
  static final int LINES_PER_CHUNK = 16;
  static final String MODEL = "m";
  static final String URL = "/v1/chat/completions";

  final Engine engine;
  final Deque<LineId> sent = new ArrayDeque<>();
  final List<Effect.Seal> seals = new ArrayList<>();

  /** Chunks whose input is closed. */
  final List<Chunk> closed = new ArrayList<>();

  /** Control calls that have not ended. */
  final List<Effect.Control> controls = new ArrayList<>();

  final List<LineId> aborted = new ArrayList<>();
  final List<Pending> appended = new ArrayList<>();
  final Set<Long> finished = new HashSet<>();

  /** Batches of whose file a slice is being checked. */
  final List<Long> slices = new ArrayList<>();

  /** Batches of whose file nothing is kept any more. */
  final List<Long> forgotten = new ArrayList<>();

  final Map<Long, Ending> expired = new HashMap<>();

  /** The next append finds these chunks in other hands. */
  final Set<ChunkId> takenOver = new HashSet<>();

  /** Stores that fail, with this reason: of claims, seals and ends of batches. */
  @Nullable String claimsFail;

  @Nullable String sealsFail;
  @Nullable String finishesFail;

  /** How often something failed. */
  int failures;

  /** Appends are not answered. */
  boolean isDiskSlow;

  /** Seals, finishes and expiries are not answered. */
  boolean isStoreSlow;

  /** Upstreams are asked for their models in vain, and have not failed to say. */
  boolean areListingsSlow;

  /** What upstreams list when they are asked; the others do not say. */
  final Map<Integer, Set<String>> lists = new HashMap<>();

  /** How often one was asked. */
  int listings;

  /** What is known of their models, as the engine told it last. */
  List<KnownModels> told = List.of();

  /** A cancel of these reached the database before the deadline did. */
  final Set<Long> cancelledBefore = new HashSet<>();

  /** Of the batches that are started from now on. */
  String model = MODEL;

  /** Of their lines. */
  String url = URL;

  /** Each line of the batches that are started from now on has a model of its own. */
  boolean isMixed;

  int lineBytes = 2;

  /** Batches that are started from now on were there before the process. */
  boolean isFromBefore;

  long now = 1_000_000;
  int sends;

  /** How often each line was sent. */
  final Map<LineId, Integer> timesSent = new HashMap<>();

  /** Of batches that start from now on; 0: as many calls as go. */
  int callsOfBatch;

  String project = "p";
  int callsOfProject;

  /** The last call of each line. */
  private final Map<LineId, Effect.Send> calls = new HashMap<>();

  private final Map<Long, Plan> plans = new HashMap<>();

  private static final class Plan {
    final int lines;
    final String model;
    final LineSpan span;
    final boolean isMixed;
    int claimed;
    int sealed;

    Plan(int lines, String model, LineSpan span, boolean isMixed) {
      this.lines = lines;
      this.model = model;
      this.span = span;
      this.isMixed = isMixed;
    }

    String model(int line) {
      return isMixed ? "model " + line : model;
    }

    int chunks() {
      return Math.ceilDiv(lines, LINES_PER_CHUNK);
    }
  }

  EngineDriver(int maxInFlight) {
    this(new UpstreamSpec("up", Set.of(), maxInFlight));
  }

  EngineDriver(UpstreamSpec... upstreams) {
    this(EngineLimits.defaults(), upstreams);
  }

  EngineDriver(EngineLimits limits, UpstreamSpec... upstreams) {
    this.engine = new Engine(limits, List.of(upstreams), 1);
  }

  void start(long batch, int lines) {
    start(batch, lines, Long.MAX_VALUE);
  }

  void start(long batch, int lines, long deadlineMillis) {
    var span = new LineSpan(0, lineBytes, 0, 1, 0, lineBytes, 0, 0);
    var plan = new Plan(lines, isMixed ? "" : model, span, isMixed);
    plans.put(batch, plan);
    post(
        new Event.Started(
            new BatchStart(
                batch,
                plan.model,
                url,
                deadlineMillis,
                lines,
                plan.chunks(),
                RequestCounts.NONE,
                Usage.NONE,
                null,
                isFromBefore,
                callsOfBatch,
                project,
                callsOfProject)));
  }

  void post(Event event) {
    Deque<Effect> effects = new ArrayDeque<>(engine.step(event, now));
    while (!effects.isEmpty()) {
      Event answer = carryOut(effects.removeFirst());
      if (answer != null) {
        effects.addAll(engine.step(answer, now));
      }
    }
  }

  /** Moves time on, stopping at each moment at which the engine wants to be woken. */
  void advance(long millis) {
    long target = now + millis;
    while (now < target) {
      now = Math.clamp(engine.nextWakeMillis(), now, target);
      post(new Event.Tick());
      if (engine.nextWakeMillis() <= now) {
        throw new AssertionError("the engine wants to be woken at " + now + " again and again");
      }
      if (engine.nextWakeMillis() > target) {
        now = target;
      }
    }
    post(new Event.Tick());
  }

  void end(LineId line, CallOutcome attempt) {
    sent.remove(line);
    post(new Event.Ended(line, attempt));
  }

  LineId takeSent() {
    return sent.removeFirst();
  }

  /** The last call of a line. */
  Effect.Send call(LineId line) {
    return Objects.requireNonNull(calls.get(line));
  }

  /** What is seen of a batch that has started. */
  Live live(long batch) {
    Picture picture = engine.picture();
    Live own = picture.running().get(batch);
    return own != null
        ? own
        : new Live(RequestCounts.NONE, Usage.NONE, waiting(picture.waiting(), plan(batch).model));
  }

  private static @Nullable String waiting(Picture.Waiting waiting, String model) {
    String own = waiting.byRoute().get(new Picture.Route(model, URL));
    return own == null ? waiting.byModel().get(model) : own;
  }

  /** What the engine has of an open line. */
  OpenChunk.Line line(LineId id) {
    return engine.line(id).orElseThrow();
  }

  void succeed(LineId line) {
    end(line, Outcomes.ok());
  }

  /** Answers all calls, and those that follow, until none is left. */
  void succeedAll() {
    while (!sent.isEmpty()) {
      succeed(sent.peekFirst());
    }
  }

  /** The control call under way ends. */
  void controlled(CallOutcome outcome) {
    Effect.Control control = controls.removeFirst();
    post(new Event.Controlled(control.upstream(), control.model(), control.url(), outcome));
  }

  /** All of them are ok, until none is made any more. */
  void controlledOk() {
    while (!controls.isEmpty()) {
      controlled(Outcomes.ok());
    }
  }

  private @Nullable Event carryOut(Effect effect) {
    return switch (effect) {
      case Effect.Claim(long batch, int max, boolean isClosing) -> claim(batch, max, isClosing);
      case Effect.Send send -> {
        sent.addLast(send.line());
        calls.put(send.line(), send);
        timesSent.merge(send.line(), 1, Integer::sum);
        sends++;
        yield null;
      }
      case Effect.Append(LineId line, Answer answer) -> {
        var pending = new Pending(line, answer);
        appended.add(pending);
        yield isDiskSlow ? null : new Event.Appended(List.of(pending), Set.copyOf(takenOver));
      }
      case Effect.Seal seal when sealsFail != null -> {
        failures++;
        yield new Event.SealFailed(seal.chunk(), sealsFail);
      }
      case Effect.Seal seal -> {
        seals.add(seal);
        yield isStoreSlow ? null : sealed(seal);
      }
      case Effect.Finish(long batch) when finishesFail != null -> {
        failures++;
        yield new Event.FinishFailed(batch, finishesFail);
      }
      case Effect.Finish(long batch) -> {
        finished.add(batch);
        yield isStoreSlow ? null : new Event.Finished(batch);
      }
      case Effect.Expire(long batch) -> {
        Ending ending = cancelledBefore.contains(batch) ? Ending.CANCELLED : Ending.EXPIRED;
        expired.put(batch, ending);
        yield isStoreSlow ? null : new Event.Stopping(batch, ending);
      }
      case Effect.Control control -> {
        controls.add(control);
        yield null;
      }
      case Effect.Abort(LineId line) -> {
        aborted.add(line);
        yield null;
      }
      case Effect.Validate(long batch) -> {
        slices.add(batch);
        yield null;
      }
      case Effect.EndValidation(long batch) -> {
        forgotten.add(batch);
        yield null;
      }
      case Effect.ListModels(int upstream) -> {
        listings++;
        yield areListingsSlow ? null : new Event.ModelsListed(upstream, listed(upstream));
      }
      case Effect.TellModels(List<KnownModels> upstreams) -> {
        told = upstreams;
        yield null;
      }
      case Effect.CloseInput(Chunk chunk) -> {
        closed.add(chunk);
        yield null;
      }
      case Effect.Say _ -> null;
    };
  }

  private Set<String> listed(int upstream) {
    return lists.getOrDefault(upstream, Set.of());
  }

  /** What the database says of a seal. */
  Event sealed(Effect.Seal seal) {
    Plan plan = plan(seal.chunk().id().batch());
    plan.sealed++;
    boolean isLast = plan.sealed == plan.chunks();
    return new Event.Sealed(seal.chunk(), isLast ? SealOutcome.SEALED_LAST : SealOutcome.SEALED);
  }

  private Plan plan(long batch) {
    Plan plan = plans.get(batch);
    if (plan == null) {
      throw new AssertionError("no batch " + batch);
    }
    return plan;
  }

  private Event claim(long batch, int max, boolean isClosing) {
    if (claimsFail != null && !isClosing) {
      failures++;
      return new Event.ClaimFailed(batch, claimsFail);
    }
    Plan plan = plan(batch);
    var chunks = new ArrayList<ClaimedChunk>();
    while (chunks.size() < max && plan.claimed < plan.chunks()) {
      int first = plan.claimed * LINES_PER_CHUNK;
      int lines = Math.min(LINES_PER_CHUNK, plan.lines - first);
      var id = new ChunkId(batch, plan.claimed++);
      var spans = new ArrayList<ClaimedLine>();
      for (int i = 0; i < lines && !isClosing; i++) {
        spans.add(new ClaimedLine(plan.span, plan.model(first + i)));
      }
      chunks.add(
          new ClaimedChunk(
              new Chunk(id, 1, first, lines, 0, 1),
              spans,
              new BitSet(),
              RequestCounts.NONE,
              Usage.NONE,
              0));
    }
    return new Event.Claimed(batch, chunks);
  }
}
