package dev.nightjar.config;

import java.util.List;

/**
 * What webhooks may do.
 *
 * @param allowPrivate networks and hosts that they may reach though they are not public
 * @param tls whom they trust
 */
public record WebhookSettings(List<String> allowPrivate, ClientTls tls) {
  public WebhookSettings {
    allowPrivate = List.copyOf(allowPrivate);
  }

  public WebhookSettings(List<String> allowPrivate) {
    this(allowPrivate, ClientTls.DEFAULT);
  }

  public static WebhookSettings of(SettingsFile file, ClientTls tls) {
    List<String> allowed = file.webhooks() == null ? null : file.webhooks().allowPrivate();
    return new WebhookSettings(allowed == null ? List.of() : allowed, tls);
  }
}
