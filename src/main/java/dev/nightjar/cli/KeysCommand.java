package dev.nightjar.cli;

import dev.nightjar.config.SettingsException;
import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import java.io.Console;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code nightjar keys}. */
@Command(
    name = "keys",
    description =
        "API keys of a data directory, also while a server uses it. Until there is a key, whoever"
            + " is on this machine may do everything; then every request needs one.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class KeysCommand {
  private static final int DONE = 0;
  private static final int WRONG = 1;
  private static final int PER_MINUTE_MAX = 1_000_000;

  private KeysCommand() {}

  /** The keys of a data directory. */
  public interface Keys {
    /** Makes a key, and the directory if there is none. */
    CreatedKey create(Path data, NewKey key);

    List<ApiKey> list(Path data);

    /** The revoked key; empty: there is none of that id. */
    Optional<ApiKey> revoke(Path data, String id);
  }

  /** A key to make. */
  public record NewKey(
      String project, String name, Set<Scope> scopes, @Nullable Integer requestsPerMinute) {}

  /**
   * A key that was made.
   *
   * @param text the key itself, which cannot be had again
   */
  public record CreatedKey(ApiKey key, String text) {}

  public static CommandLine commandLine(Map<String, String> environment, Keys keys) {
    return new CommandLine(new KeysCommand())
        .addSubcommand(new Create(environment, keys))
        .addSubcommand(new ListKeys(environment, keys))
        .addSubcommand(new Revoke(environment, keys));
  }

  /** {@code nightjar keys create}. */
  @Command(
      name = "create",
      description = "Makes a key and prints it, once, alone on standard output.",
      mixinStandardHelpOptions = true)
  static final class Create implements Callable<Integer> {
    @Option(
        names = "--project",
        paramLabel = "P",
        description = "Whose files and batches it is for; made if new (default: default).")
    String project = "default";

    @Option(names = "--name", paramLabel = "N", description = "For people, to tell it from others.")
    String name = "";

    @Option(
        names = "--scope",
        paramLabel = "read|write|admin",
        description =
            "What it may do: read; write, which includes it; admin, which includes both, for every"
                + " project. May repeat (default: write).")
    List<String> scopes = List.of("write");

    @Option(
        names = "--requests-per-minute",
        paramLabel = "N",
        description = "Beyond them requests are refused with 429 (default: no limit).")
    @Nullable Integer requestsPerMinute;

    @Mixin DataOption data = new DataOption();

    private final Map<String, String> environment;
    private final Keys keys;

    Create(Map<String, String> environment, Keys keys) {
      this.environment = environment;
      this.keys = keys;
    }

    @Override
    public Integer call() {
      Path directory = data.path(environment);
      CreatedKey created = keys.create(directory, newKey());
      ApiKey key = created.key();
      System.err.printf(
          "nightjar: key %s in %s: project %s, %s; it is shown this once%n",
          key.id(), directory, key.project(), scopes(key));
      System.out.println(created.text());
      return DONE;
    }

    private NewKey newKey() {
      if (!ApiKey.isProjectName(project)) {
        throw new SettingsException(
            "--project is '%s'; it is up to 64 of a-z, 0-9, _ and -, and begins with a letter or digit"
                .formatted(project));
      }
      if (name.length() > ApiKey.NAME_CHARACTERS_MAX
          || name.chars().anyMatch(Character::isISOControl)) {
        throw new SettingsException(
            "--name may have %d characters, none of them a control character"
                .formatted(ApiKey.NAME_CHARACTERS_MAX));
      }
      if (requestsPerMinute != null
          && (requestsPerMinute < 1 || requestsPerMinute > PER_MINUTE_MAX)) {
        throw new SettingsException(
            "--requests-per-minute is %d; it must be from 1 to %d"
                .formatted(requestsPerMinute, PER_MINUTE_MAX));
      }
      Set<Scope> parsed = EnumSet.noneOf(Scope.class);
      scopes.forEach(scope -> parsed.add(scope(scope)));
      return new NewKey(project, name, parsed, requestsPerMinute);
    }

    private static Scope scope(String text) {
      return Arrays.stream(Scope.values())
          .filter(scope -> text(scope).equals(text))
          .findFirst()
          .orElseThrow(() ->
              new SettingsException("--scope is '%s'; it is read, write or admin".formatted(text)));
    }
  }

  /** {@code nightjar keys list}. */
  @Command(
      name = "list",
      description =
          "Shows all keys but not their text: a table on a terminal, JSON lines in a pipe.",
      mixinStandardHelpOptions = true)
  static final class ListKeys implements Callable<Integer> {
    private static final String ROW = "%-36s  %-16s  %-16s  %-11s  %10s  %-20s  %s%n";

    @Option(names = "--json", description = "JSON lines on a terminal too.")
    boolean isJson;

    @Mixin DataOption data = new DataOption();

    private final Map<String, String> environment;
    private final Keys keys;

    ListKeys(Map<String, String> environment, Keys keys) {
      this.environment = environment;
      this.keys = keys;
    }

    @Override
    public Integer call() {
      List<ApiKey> all = keys.list(data.path(environment));
      boolean isTerminal =
          Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
      if (isJson || !isTerminal) {
        all.forEach(key -> System.out.println(json(key)));
        return DONE;
      }
      System.out.printf(ROW, "ID", "PROJECT", "NAME", "SCOPES", "PER MINUTE", "CREATED", "REVOKED");
      for (ApiKey key : all) {
        Integer perMinute = key.requestsPerMinute();
        System.out.printf(
            ROW,
            key.id(),
            key.project(),
            key.name(),
            scopes(key),
            perMinute == null ? "-" : perMinute,
            Instant.ofEpochSecond(key.createdAt().getEpochSecond()),
            key.revokedAt() == null ? "-" : key.revokedAt());
      }
      return DONE;
    }

    private static ObjectNode json(ApiKey key) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("id", key.id().value());
      json.put("project", key.project());
      json.put("name", key.name());
      ArrayNode scopes = json.putArray("scopes");
      key.scopes().stream().sorted().forEach(scope -> scopes.add(text(scope)));
      json.put("requests_per_minute", key.requestsPerMinute());
      json.put("created_at", key.createdAt().getEpochSecond());
      Instant revokedAt = key.revokedAt();
      json.put("revoked_at", revokedAt == null ? null : revokedAt.getEpochSecond());
      return json;
    }
  }

  /** {@code nightjar keys revoke}. */
  @Command(
      name = "revoke",
      description = "Ends a key: the next request with it is refused.",
      mixinStandardHelpOptions = true)
  static final class Revoke implements Callable<Integer> {
    @Parameters(
        index = "0",
        paramLabel = "ID",
        description = "The key's id, as `nightjar keys list` shows it.")
    String id = "";

    @Mixin DataOption data = new DataOption();

    private final Map<String, String> environment;
    private final Keys keys;

    Revoke(Map<String, String> environment, Keys keys) {
      this.environment = environment;
      this.keys = keys;
    }

    @Override
    public Integer call() {
      Path directory = data.path(environment);
      Optional<ApiKey> revoked = keys.revoke(directory, id);
      if (revoked.isEmpty()) {
        System.err.printf(
            "nightjar: %s has no key with the id '%s'; `nightjar keys list` shows them%n",
            directory, id.startsWith("sk-") ? "sk-***" : id);
        return WRONG;
      }
      System.err.printf(
          "nightjar: key %s is revoked since %s%n", revoked.get().id(), revoked.get().revokedAt());
      return DONE;
    }
  }

  private static String scopes(ApiKey key) {
    return key.scopes().stream().sorted().map(KeysCommand::text).collect(Collectors.joining(","));
  }

  private static String text(Scope scope) {
    return scope.name().toLowerCase(Locale.ROOT);
  }
}
