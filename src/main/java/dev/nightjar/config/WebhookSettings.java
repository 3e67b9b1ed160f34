package dev.nightjar.config;

import java.util.List;

/**
 * What webhooks may do.
 *
 * @param allowPrivate networks and hosts that they may reach though they are not public
 */
public record WebhookSettings(List<String> allowPrivate) {
  public WebhookSettings {
    allowPrivate = List.copyOf(allowPrivate);
  }

  public static WebhookSettings of(SettingsFile file) {
    List<String> allowed = file.webhooks() == null ? null : file.webhooks().allowPrivate();
    return new WebhookSettings(allowed == null ? List.of() : allowed);
  }
}
