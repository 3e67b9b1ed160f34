package dev.nightjar.testing;

import dev.nightjar.testing.ScriptedServer.Peer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An upstream of one model that answers each line after the same time, whatever model it asks for,
 * and that can be in trouble: with one line, or with all that it is asked. Unless it is away, it
 * lists its model.
 */
public final class TroubledUpstream implements AutoCloseable {
  private static final Pattern MODEL = Pattern.compile("\"model\":\"([^\"]*)\"");
  private static final Pattern USER = Pattern.compile("\"user\":\"([^\"]*)\"");
  private static final String GOOD =
      answer("200 OK", "{\"object\":\"chat.completion\",\"choices\":[{\"index\":0}]}");
  private static final long ENGINE_STARTS_NANOS = Duration.ofMillis(1_500).toNanos();

  private final ScriptedServer server;
  private final Duration latency;
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger controls = new AtomicInteger();
  private final AtomicInteger kills = new AtomicInteger();
  private final AtomicInteger strays = new AtomicInteger();
  private final AtomicInteger listings = new AtomicInteger();
  private final Map<String, AtomicInteger> callsOf = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition engineDied = lock.newCondition();
  private final Condition beganToWork = lock.newCondition();
  private int working;
  private long diedAt = System.nanoTime() - ENGINE_STARTS_NANOS;
  private volatile String model;
  private volatile boolean isAway;
  private volatile @Nullable Trouble trouble;
  private volatile @Nullable Trouble ofOneLine;

  /** What comes instead of an answer. */
  public enum Trouble {
    RATE_LIMIT("429", answer("429 No", "{\"error\":{\"message\":\"slow down\",\"code\":null}}")),
    NO_MONEY("429", answer("429 No", "{\"error\":{\"code\":\"insufficient_quota\"}}")),
    UNPAID("402", answer("402 No", "{\"error\":{\"message\":\"Insufficient credits\"}}")),
    FORBIDDEN("403", answer("403 No", "{\"error\":{\"message\":\"not allowed\"}}")),
    WRONG_KEY("401", answer("401 No", "{\"error\":{\"message\":\"Invalid key\"}}")),
    BAD_REQUEST("400", answer("400 No", "{\"error\":{\"message\":\"bad\",\"code\":\"bad\"}}")),
    NOT_FOUND("404", answer("404 No", "{\"detail\":\"Not Found\"}")),
    REDIRECT("302", answer("302 No", "").replace("\r\n\r\n", "\r\nLocation: /login\r\n\r\n")),
    FAULT("500", answer("500 No", "{\"error\":{\"message\":\"boom\",\"code\":500}}")),
    GATEWAY("502", answer("502 No", "<html><title>502 Bad Gateway</title></html>")),
    AWAY("503", answer("503 No", "upstream connect error")),
    LATE_GATEWAY("504", answer("504 No", "<html><title>504 Gateway Time-out</title></html>")),
    LOGIN_PAGE("invalid_response", answer("200 OK", "<html><title>Sign in</title></html>")),
    ERROR_BODY("200", answer("200 OK", "{\"error\":{\"message\":\"no\",\"code\":502}}")),
    RESET("upstream_error", "") {
      @Override
      boolean play(Peer peer) throws IOException {
        peer.reset();
        return false;
      }
    },
    CUT_SHORT("upstream_error", "") {
      @Override
      boolean play(Peer peer) throws IOException {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{");
        return false;
      }
    },
    SILENCE("request_timeout", "") {
      @Override
      boolean play(Peer peer) {
        peer.awaitClose();
        return false;
      }
    },
    /** Of one line: it kills the engine behind a gateway, under all other calls. */
    KILLER("502", "");

    private final String end;
    private final String bytes;

    Trouble(String end, String bytes) {
      this.end = end;
      this.bytes = bytes;
    }

    /** What a line ends with for which this is the last answer: its code, or its status. */
    public String end() {
      return end;
    }

    /** False when the connection is over. */
    boolean play(Peer peer) throws IOException {
      peer.send(bytes);
      return true;
    }
  }

  private TroubledUpstream(String model, Duration latency) throws IOException {
    this.model = model;
    this.latency = latency;
    this.server = ScriptedServer.playing(this::play);
  }

  public static TroubledUpstream start(String model, Duration latency) throws IOException {
    return new TroubledUpstream(model, latency);
  }

  private static String answer(String status, String body) {
    return "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s".formatted(status, body.length(), body);
  }

  public String url() {
    return server.url("http", "/v1").toString();
  }

  /** With whatever it is asked, or with nothing. */
  public void trouble(@Nullable Trouble what) {
    trouble = what;
  }

  /** Its process is gone: whatever it is asked is reset. */
  public void away(boolean newIsAway) {
    isAway = newIsAway;
  }

  /** From now on it has this model only. */
  public void has(String newModel) {
    model = newModel;
  }

  /** How often it was asked for its models, away or not. */
  public int listings() {
    return listings.get();
  }

  /** Lines of another model that it answered. */
  public int strays() {
    return strays.get();
  }

  /** With the line whose user is {@code odd}. */
  public void troubleWithOneLine(Trouble what) {
    ofOneLine = what;
  }

  /** Of lines. */
  public int calls() {
    return calls.get();
  }

  public int callsOf(String user) {
    return callsOf.getOrDefault(user, new AtomicInteger()).get();
  }

  /** Calls that are of no line. */
  public int controls() {
    return controls.get();
  }

  public int kills() {
    return kills.get();
  }

  /** When it is at so many calls at a time, or that time is over. */
  public long awaitWorking(int count, Duration limit) throws InterruptedException {
    lock.lock();
    try {
      long left = limit.toNanos();
      while (working < count && left > 0) {
        left = beganToWork.awaitNanos(left);
      }
      return System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  private void play(Peer peer) throws IOException, InterruptedException {
    boolean isOpen = true;
    while (isOpen) {
      ScriptedServer.Received request = peer.readRequest();
      boolean isList = request.head().startsWith("GET");
      listings.addAndGet(isList ? 1 : 0);
      if (isAway) {
        peer.reset();
        return;
      }
      isOpen = isList ? list(peer) : answer(peer, request.body());
    }
  }

  private boolean list(Peer peer) throws IOException {
    peer.send(answer("200 OK", "{\"data\":[{\"id\":\"%s\"}]}".formatted(model)));
    return true;
  }

  private boolean answer(Peer peer, String body) throws IOException, InterruptedException {
    String user = named(USER, body);
    (user.isEmpty() ? controls : calls).incrementAndGet();
    callsOf.computeIfAbsent(user, _ -> new AtomicInteger()).incrementAndGet();
    Trouble now = trouble;
    if (now == null && user.equals("odd")) {
      now = ofOneLine;
    }
    if (now != null && now != Trouble.KILLER) {
      return now.play(peer);
    }
    if (!user.isEmpty() && !named(MODEL, body).equals(model)) {
      strays.incrementAndGet();
    }
    boolean isAnswered = now == Trouble.KILLER ? kill() : work(user.isEmpty());
    if (isAway) {
      peer.reset();
      return false;
    }
    peer.send(isAnswered ? GOOD : Trouble.GATEWAY.bytes);
    return true;
  }

  private static String named(Pattern pattern, String body) {
    Matcher matcher = pattern.matcher(body);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** Whether the engine behind the gateway lived through it. */
  private boolean work(boolean isControl) throws InterruptedException {
    lock.lock();
    try {
      if (System.nanoTime() - diedAt < ENGINE_STARTS_NANOS) {
        return false;
      }
      long death = diedAt;
      working++;
      beganToWork.signalAll();
      long left = isControl ? 10_000_000L : latency.toNanos();
      while (left > 0 && death == diedAt) {
        left = engineDied.awaitNanos(left);
      }
      working--;
      return death == diedAt;
    } finally {
      lock.unlock();
    }
  }

  private boolean kill() throws InterruptedException {
    lock.lock();
    try {
      long left = latency.toNanos() / 2;
      while (left > 0 && System.nanoTime() - diedAt >= ENGINE_STARTS_NANOS) {
        left = engineDied.awaitNanos(left);
      }
      if (left <= 0) {
        kills.incrementAndGet();
        diedAt = System.nanoTime();
        engineDied.signalAll();
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
