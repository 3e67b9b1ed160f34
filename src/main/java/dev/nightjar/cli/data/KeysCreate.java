package dev.nightjar.cli.data;

import dev.nightjar.cli.data.DirectoryKeys.CreatedKey;
import dev.nightjar.cli.data.DirectoryKeys.NewKey;
import dev.nightjar.config.SettingsException;
import dev.nightjar.store.ApiKey;
import dev.nightjar.store.ApiKey.Scope;
import dev.nightjar.terminal.ExitCode;
import dev.nightjar.terminal.Shell;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nightjar keys create}. */
@Command(
    name = "create",
    description = "Makes a key and prints it, once, alone on standard output.",
    mixinStandardHelpOptions = true)
final class KeysCreate implements Callable<Integer> {
  private static final int PER_MINUTE_MAX = 1_000_000;

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

  private final Shell shell;
  private final DirectoryKeys keys;

  KeysCreate(Shell shell, DirectoryKeys keys) {
    this.shell = shell;
    this.keys = keys;
  }

  @Override
  public Integer call() {
    Path directory = data.path(shell.environment());
    CreatedKey created = keys.create(directory, newKey());
    ApiKey key = created.key();
    shell.say(
        "key %s in %s: project %s, %s; it is shown this once"
            .formatted(key.id(), directory, key.project(), KeyView.scopes(key)));
    shell.out().println(created.text());
    return ExitCode.OK;
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
        .filter(scope -> KeyView.text(scope).equals(text))
        .findFirst()
        .orElseThrow(() ->
            new SettingsException("--scope is '%s'; it is read, write or admin".formatted(text)));
  }
}
