package dev.nightjar.house;

import java.util.Map;
import java.util.Set;

/** Which of our packages each package may use. A new package is a new line here. */
final class Arrows {
  static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("file", Set.of()),
          Map.entry("cost", Set.of()),
          Map.entry("batch", Set.of("file", "cost")),
          Map.entry("store", Set.of("cost", "batch", "file", "time", "store.disk")),
          Map.entry("store.disk", Set.of()),
          Map.entry("store.sql", Set.of("cost", "store", "batch", "file")),
          Map.entry("store.sqlite", Set.of("store", "batch", "file", "store.disk", "store.sql")),
          Map.entry("store.journal", Set.of("store", "batch", "file", "store.disk")),
          Map.entry("store.files", Set.of("store", "batch", "file", "store.disk")),
          Map.entry("store.local", Set.of("store..", "batch", "file", "time")),
          Map.entry("upstream", Set.of("batch", "file", "net")),
          Map.entry("engine.message", Set.of("batch", "store")),
          Map.entry("engine.health", Set.of("batch", "engine.message")),
          Map.entry("engine.pace", Set.of("engine.message")),
          Map.entry(
              "engine.core",
              Set.of("batch", "store", "engine.message", "engine.health", "engine.pace")),
          Map.entry("validation", Set.of("cost", "batch", "file", "store", "time")),
          Map.entry(
              "engine",
              Set.of(
                  "cost",
                  "batch",
                  "file",
                  "store",
                  "store.disk",
                  "time",
                  "upstream",
                  "engine.core",
                  "engine.message",
                  "engine.trace",
                  "validation")),
          Map.entry(
              "engine.trace",
              Set.of("batch", "file", "store", "store.disk", "engine.core", "engine.message")),
          Map.entry("webhook", Set.of("store", "time", "net", "upstream")),
          Map.entry("api", Set.of("batch", "file", "store", "store.disk")),
          Map.entry(
              "api.files", Set.of("batch", "file", "store", "store.disk", "validation", "api")),
          Map.entry(
              "api.accounts",
              Set.of("cost", "batch", "file", "store", "validation", "api", "api.files")),
          Map.entry(
              "api.batches",
              Set.of(
                  "cost",
                  "batch",
                  "file",
                  "store",
                  "engine",
                  "engine.message",
                  "api",
                  "api.accounts")),
          Map.entry("api.webhooks", Set.of("batch", "store", "webhook", "api")),
          Map.entry("http.connection", Set.of("config")),
          Map.entry("http.access", Set.of("store", "net", "api")),
          Map.entry("http.exchange", Set.of("store", "store.disk", "net", "api", "http.access")),
          Map.entry(
              "http",
              Set.of(
                  "cost",
                  "batch",
                  "file",
                  "store",
                  "net",
                  "api",
                  "api.files",
                  "api.batches",
                  "api.accounts",
                  "api.webhooks",
                  "http.connection",
                  "http.access",
                  "http.exchange")),
          Map.entry(
              "metrics",
              Set.of(
                  "batch",
                  "engine",
                  "engine.message",
                  "validation",
                  "store",
                  "store.disk",
                  "time",
                  "webhook")),
          Map.entry("config", Set.of("cost", "batch", "file", "net", "upstream")),
          Map.entry("net", Set.of()),
          Map.entry("process", Set.of()),
          Map.entry("time", Set.of()),
          Map.entry("sim", Set.of("net", "config", "sim.answer")),
          Map.entry("sim.answer", Set.of("config")),
          Map.entry("terminal", Set.of("batch")),
          Map.entry(
              "run",
              Set.of(
                  "batch",
                  "file",
                  "store",
                  "store.disk",
                  "upstream",
                  "engine",
                  "engine.message",
                  "validation",
                  "config",
                  "terminal")),
          Map.entry(
              "cli",
              Set.of("config", "run", "sim", "sim.answer", "terminal", "upstream", "cli.client")),
          Map.entry("cli.client", Set.of("config", "net", "upstream", "terminal")),
          Map.entry(
              "cli.files",
              Set.of("config", "batch", "file", "validation", "terminal", "cli.client")),
          Map.entry(
              "cli.batches", Set.of("config", "batch", "terminal", "cli.client", "cli.files")),
          Map.entry("cli.webhooks", Set.of("terminal", "cli.client")),
          Map.entry(
              "cli.data",
              Set.of(
                  "config",
                  "batch",
                  "store",
                  "store.disk",
                  "store.local",
                  "engine.core",
                  "engine.message",
                  "engine.trace",
                  "terminal")));

  private Arrows() {}
}
