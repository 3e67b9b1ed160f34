package dev.nightjar.engine;

import dev.nightjar.batch.Answer;
import dev.nightjar.batch.Batch;
import dev.nightjar.batch.Batch.Ending;
import dev.nightjar.batch.Chunk;
import dev.nightjar.cost.Terms;
import dev.nightjar.engine.core.Engine;
import dev.nightjar.engine.message.Effect;
import dev.nightjar.engine.message.EngineLimits;
import dev.nightjar.engine.message.Event.Pending;
import dev.nightjar.engine.message.KnownModels;
import dev.nightjar.engine.message.LineId;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.message.UpstreamSpec;
import dev.nightjar.engine.trace.Recorder;
import dev.nightjar.engine.trace.TraceFiles;
import dev.nightjar.file.DefaultLife;
import dev.nightjar.file.LongLines;
import dev.nightjar.process.LogFields;
import dev.nightjar.store.NewIds;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;
import dev.nightjar.store.Tier;
import dev.nightjar.time.SteadyClock;
import dev.nightjar.upstream.Upstream;
import dev.nightjar.validation.InputLimits;
import dev.nightjar.validation.Validation;
import dev.nightjar.validation.ValidationInputs;
import dev.nightjar.validation.ValidationRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The engine's shell: runs {@link Engine#step} on one thread and carries its effects out on others.
 * It decides nothing. Everything it holds can be lost: a start finds all unfinished batches in the
 * stores and goes on.
 */
public final class BatchEngine implements BatchRunner, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(BatchEngine.class.getName());

  private final WorkFigures workFigures = new WorkFigures();
  private final Engine engine;
  private final Traces traces;
  private final EngineThread thread;
  private final EffectGuard guard;
  private final Committer committer;
  private final Thread committerThread;
  private final Caller caller;
  private final ControlCalls controls;
  private final EffectWork work;
  private final ModelCatalog models;
  private final LongLines longLines = new LongLines();
  private final Validation validation;
  private final DiskWatch diskWatch;
  private final Workers workers;
  private final RunningBatches running;
  private final OpenInputs inputs;
  private final Arrivals arrivals;
  private final BatchEvents batchEvents = new BatchEvents();

  /** What the engine calls; both lists have the same order. */
  public record Upstreams(List<Upstream> clients, List<UpstreamSpec> specs) {}

  /** Its limits. */
  public record Limits(EngineLimits engine, InputLimits input, Terms terms, DefaultLife fileLife) {
    /** Whatever runs costs nothing, and any amount may be queued. */
    public Limits(EngineLimits engine, InputLimits input) {
      this(engine, input, Terms.NONE, DefaultLife.OPENAI);
    }
  }

  /** Time, chance, and whom to tell when the process cannot go on. */
  public record World(SteadyClock clock, RandomGenerator random, Consumer<Throwable> fatal) {}

  public BatchEngine(Tier tier, Upstreams upstreams, Limits limits, World world) {
    this(tier, upstreams, limits, world, Workers.threads());
  }

  BatchEngine(Tier tier, Upstreams upstreams, Limits limits, World world, Workers workers) {
    this.workers = workers;
    Stores stores = tier.stores();
    ObjectStore objects = tier.objects();
    this.running = new RunningBatches(stores.files());
    this.inputs = new OpenInputs(tier.inputs());
    SteadyClock clock = world.clock();
    batchEvents.join(workFigures);
    List<Upstream> clients = upstreams.clients();
    this.engine = new Engine(limits.engine(), upstreams.specs(), world.random().nextLong());
    var recorder = new Recorder(engine, Recorder.Limits.defaults());
    this.traces = new Traces(recorder, clock, world.fatal());
    this.thread = new EngineThread(recorder, clock, this::carryOut, traces::engineFailed);
    this.guard = new EffectGuard(thread::post);
    this.committer = new Committer(tier.log(), workFigures, thread::post, traces::committerFailed);
    this.committerThread = Thread.ofPlatform().name("commit").daemon().unstarted(committer);
    String run = Long.toHexString(world.random().nextLong());
    this.caller =
        new Caller(
            clients,
            objects,
            limits.engine(),
            limits.input().mixedUrls(),
            run,
            thread::post,
            workers.calls());
    this.controls =
        new ControlCalls(clients, caller.shortLines(), objects, limits.engine(), thread::post);
    this.models = new ModelCatalog(clients, engine.knownModels(), clock, thread::post);
    var places = new ChunkSealer.Places(stores.chunks(), tier.log(), objects, inputs);
    var steps =
        new EffectWork.Steps(
            new ChunkLoader(stores.chunks(), tier.log(), inputs, limits.input(), longLines),
            new ChunkSealer(places, limits.input(), longLines, workFigures),
            new Finisher(
                stores, objects, new NewIds(world.random()), limits.fileLife().of("batch_output")));
    this.work = new EffectWork(stores.batches(), steps, running, workFigures, thread::post);
    this.diskWatch = new DiskWatch(tier.disk(), thread::post);
    var files = new ValidationInputs(stores, objects, longLines);
    var rules = new ValidationRules(limits.input(), limits.terms(), models::offered);
    this.validation = new Validation(files, rules, world.random());
    this.arrivals =
        new Arrivals(
            stores, running, validation, limits.terms().quotas(), batchEvents, thread::post);
  }

  /** What becomes of batches, for whoever joins. */
  public BatchEvents batchEvents() {
    return batchEvents;
  }

  /** From the start on, what the engine is told is kept so that it can be written there. */
  public void traceTo(Path directory) {
    traces.begin(new TraceFiles(directory), thread);
  }

  /** Takes up all unfinished batches. */
  public void start() {
    diskWatch.start();
    thread.start();
    traces.start();
    committerThread.start();
    takeUp();
  }

  void takeUp() {
    arrivals.takeUp();
  }

  // For a test that does the threads' work by hand.

  EngineThread thread() {
    return thread;
  }

  Engine core() {
    return engine;
  }

  OpenInputs inputs() {
    return inputs;
  }

  Committer committer() {
    return committer;
  }

  public ModelCatalog models() {
    return models;
  }

  /** Changes at least once a second while the engine's thread answers. */
  public long engineTurns() {
    return thread.turns();
  }

  /** Changes at least once a second while the committer answers, though the disk be full. */
  public long committerTurns() {
    return committer.turns();
  }

  public WorkFigures workFigures() {
    return workFigures;
  }

  /** Bytes of answers that are being read. */
  public long answerBytes() {
    return caller.answerBytes();
  }

  /** Whoever reads lines of inputs beside it takes turns with it. */
  public LongLines longLines() {
    return longLines;
  }

  @Override
  public void created(Batch batch) {
    batchEvents.changed(batch);
    arrivals.submit(batch);
  }

  @Override
  public void cancelled(Batch batch) {
    batchEvents.changed(batch);
    arrivals.cancelled(batch);
  }

  @Override
  public Picture picture() {
    return thread.picture();
  }

  /** How often the engine's thread was asked something: nobody who reads does. */
  public long questions() {
    return thread.questions();
  }

  /** Sends nothing more and waits for the calls under way; true if none is left. */
  public boolean drain(Duration limit) {
    return thread.drain(limit);
  }

  /** Stops all threads, calls in flight included: what they would have brought is run again. */
  @Override
  public void close() {
    thread.stop();
    diskWatch.close();
    traces.close();
    validation.close();
    committerThread.interrupt();
    workers.stop();
    try {
      committerThread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    inputs.close();
  }

  // ---- effects, on the engine's thread: none of these may wait

  private void carryOut(Effect effect) {
    guard.run(effect, () -> handOut(effect));
  }

  private void on(Executor threads, Effect effect, EffectGuard.Work work) {
    threads.execute(() -> guard.run(effect, work));
  }

  private void handOut(Effect effect) {
    switch (effect) {
      case Effect.Send send -> send(send);
      case Effect.Append(LineId line, Answer answer) -> committer.append(new Pending(line, answer));
      case Effect.Claim(long batch, int max, boolean isClosing) ->
          on(workers.claims(), effect, () -> work.claim(batch, max, isClosing));
      case Effect.Seal(Chunk chunk, @Nullable Ending ending) ->
          on(workers.seals(), effect, () -> work.seal(chunk, ending));
      case Effect.Finish(long batch) ->
          on(workers.seals(), effect, () -> work.finish(batch, batchEvents));
      case Effect.Expire(long batch) ->
          on(workers.seals(), effect, () -> work.expire(batch, batchEvents));
      case Effect.Validate(long batch) ->
          on(workers.validations(), effect, () -> arrivals.validate(batch));
      case Effect.EndValidation(long batch) -> validation.end(batch);
      case Effect.Control control -> on(workers.calls(), effect, () -> controls.make(control));
      case Effect.ListModels(int upstream) ->
          on(workers.calls(), effect, () -> models.ask(upstream));
      case Effect.TellModels(List<KnownModels> upstreams) -> models.tell(upstreams);
      case Effect.Abort(LineId line) -> caller.abort(line);
      case Effect.CloseInput(Chunk chunk) -> inputs.close(chunk);
      case Effect.Say(String message) ->
          LOG.log(System.Logger.Level.INFO, message, LogFields.of("upstream.changed"));
    }
  }

  private void send(Effect.Send send) {
    Batch batch = running.get(send.line().chunk().batch()).batch();
    caller.send(send, batch, inputs.of(send.line()));
  }
}
