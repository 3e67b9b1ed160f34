package dev.nightjar.config;

import dev.nightjar.cost.Terms;
import dev.nightjar.file.DefaultLife;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a server runs.
 *
 * @param doors who may come in without a key
 * @param data the data directory
 * @param requestTimeout for one call upstream, its answer's last byte included
 * @param stopGrace how long calls in flight may go on after a cancel or the deadline
 * @param drain how long SIGTERM waits for calls in flight
 * @param limits which limits input files have
 * @param endpoints POST paths that batches may have beyond OpenAI's
 * @param bounds how much of the disk and the memory may be taken
 * @param terms what batches cost, and how much a project may queue and spend
 * @param fileLife how long files live when nobody says otherwise
 * @param tls null to speak plainly
 * @param storageBytesMax how much each project may store; null: as much as there is room
 * @param webhooksAllowPrivate networks and hosts that webhooks may reach though they are not public
 */
public record Settings(
    String host,
    int port,
    Doors doors,
    Path data,
    List<UpstreamSettings> upstreams,
    Duration requestTimeout,
    Duration stopGrace,
    Duration drain,
    InputRules limits,
    boolean mixedModels,
    List<String> endpoints,
    Bounds bounds,
    Terms terms,
    DefaultLife fileLife,
    @Nullable TlsSettings tls,
    @Nullable Long storageBytesMax,
    List<String> webhooksAllowPrivate) {
  public static final String HOST = "127.0.0.1";
  public static final int PORT = 8080;
  public static final int MAX_IN_FLIGHT = 256;
  public static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(30);
  public static final Duration STOP_GRACE = Duration.ofSeconds(30);
  public static final Duration DRAIN = Duration.ofSeconds(25);

  public Settings {
    upstreams = List.copyOf(upstreams);
    endpoints = List.copyOf(endpoints);
    webhooksAllowPrivate = List.copyOf(webhooksAllowPrivate);
  }

  public Settings withBounds(Bounds newBounds) {
    return new Settings(
        host,
        port,
        doors,
        data,
        upstreams,
        requestTimeout,
        stopGrace,
        drain,
        limits,
        mixedModels,
        endpoints,
        newBounds,
        terms,
        fileLife,
        tls,
        storageBytesMax,
        webhooksAllowPrivate);
  }

  public Settings withTerms(Terms newTerms) {
    return new Settings(
        host,
        port,
        doors,
        data,
        upstreams,
        requestTimeout,
        stopGrace,
        drain,
        limits,
        mixedModels,
        endpoints,
        bounds,
        newTerms,
        fileLife,
        tls,
        storageBytesMax,
        webhooksAllowPrivate);
  }

  /**
   * Who may come in without a key.
   *
   * @param isOpen whether requests without one are welcome although there are keys, or others can
   *     reach the host
   * @param names of hosts, in lower case, that such requests may be for beside the usual ones
   */
  public record Doors(boolean isOpen, Set<String> names) {
    public static final Doors DEFAULT = new Doors(false, Set.of());

    public Doors {
      names = Set.copyOf(names);
    }
  }

  /** PEM files. */
  public record TlsSettings(Path certificate, Path key) {}

  /** How much may be taken; null: as much as the engine thinks right. */
  public record Bounds(
      DiskFreeMin diskFreeMin,
      @Nullable Long requestBytesMax,
      @Nullable Long unappendedBytesMax,
      @Nullable Long unsealedBytesMax,
      @Nullable Long validationBytesMax,
      @Nullable Integer openChunksMax) {
    public static final Bounds DEFAULT = ofDisk(DiskFreeMin.DEFAULT);

    public static Bounds ofDisk(DiskFreeMin diskFreeMin) {
      return new Bounds(diskFreeMin, null, null, null, null, null);
    }
  }

  /** Our own limits, for millions of lines, or those of OpenAI's service. */
  public enum InputRules {
    NIGHTJAR,
    OPENAI
  }

  /**
   * An inference server.
   *
   * @param url its base URL, with or without {@code /v1}
   * @param apiKey sent as bearer token; null for none
   * @param models those it serves; empty: what it lists, or any
   */
  public record UpstreamSettings(
      String name, String url, @Nullable String apiKey, Set<String> models, int maxInFlight) {
    public UpstreamSettings {
      models = Set.copyOf(models);
    }

    public UpstreamSettings withMaxInFlight(int max) {
      return new UpstreamSettings(name, url, apiKey, models, max);
    }

    /** Never with the key. */
    @Override
    public String toString() {
      return name + " (" + url + ")";
    }
  }
}
