package dev.nightjar.config;

import com.fasterxml.jackson.annotation.JsonFormat;
import dev.nightjar.cost.PriceTable;
import dev.nightjar.cost.Terms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code nightjar.yaml}: the same settings as the flags, and what has no flag. Null: not set. */
public record SettingsFile(
    @Nullable String host,
    @Nullable Integer port,
    @Nullable String data,
    @Nullable List<Upstream> upstreams,
    @Nullable String requestTimeout,
    @Nullable String stopGrace,
    @Nullable String drain,
    @Nullable Boolean controlCalls,
    @Nullable String limits,
    @Nullable Boolean mixedModels,
    @Nullable List<String> endpoints,
    @Nullable String diskFreeMin,
    @Nullable String requestBytesMax,
    @Nullable String unappendedBytesMax,
    @Nullable String unsealedBytesMax,
    @Nullable String validationBytesMax,
    @Nullable Integer openChunksMax,
    @Nullable PricesFile prices,
    @Nullable QuotaFile quota,
    @Nullable Map<String, @Nullable QuotaFile> projects,
    @Nullable Map<String, @Nullable String> retention,
    @Nullable String tlsCert,
    @Nullable String tlsKey,
    @Nullable String caCert,
    @Nullable String storageBytesMax,
    @Nullable Webhooks webhooks,
    @Nullable List<String> allowHosts,
    @Nullable String log) {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** An entry of {@code upstreams}; what ends in {@code Env} names an environment variable. */
  public record Upstream(
      @Nullable String name,
      @Nullable String url,
      @Nullable String apiKey,
      @Nullable String apiKeyEnv,
      @Nullable String preset,
      @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          @Nullable List<String> models,
      @Nullable Integer maxInFlight,
      @Nullable Long rpm,
      @Nullable Long tpm,
      @Nullable Map<String, @Nullable String> headers,
      @Nullable String user,
      @Nullable String password,
      @Nullable String passwordEnv,
      @Nullable String caCert,
      @Nullable String clientCert,
      @Nullable String clientKey) {}

  /** What webhooks may do; {@code allowPrivate} has networks and hosts' names. */
  public record Webhooks(@Nullable List<String> allowPrivate) {}

  public static SettingsFile none() {
    return YAML.readValue("{}", SettingsFile.class);
  }

  public static SettingsFile read(Path path) {
    if (!Files.isReadable(path)) {
      throw new SettingsException("configuration file " + path + " cannot be read");
    }
    try {
      SettingsFile file = YAML.readValue(path.toFile(), SettingsFile.class);
      return file == null ? none() : file;
    } catch (UnrecognizedPropertyException e) {
      throw new SettingsException(
          "%s has an unknown setting '%s'; known ones are: %s"
              .formatted(place(path, e), e.getPropertyName(), e.getKnownPropertyIds()));
    } catch (JacksonException e) {
      throw new SettingsException("%s: %s".formatted(place(path, e), problem(e)));
    }
  }

  public Terms terms() {
    return new Terms(
        prices == null ? PriceTable.NONE : prices.table(), QuotaFile.quotas(quota, projects));
  }

  private static String place(Path path, JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    return at == null
        ? path.toString()
        : "%s line %d, column %d".formatted(path, at.getLineNr(), at.getColumnNr());
  }

  /** In our words: those of the parser repeat what is in the file, and that may be a key. */
  private static String problem(JacksonException e) {
    String setting =
        e.getPath().stream()
            .map(Reference::getPropertyName)
            .filter(Objects::nonNull)
            .collect(Collectors.joining("."));
    return e instanceof MismatchedInputException wrong && !setting.isEmpty()
        ? "%s must be %s".formatted(setting, kind(wrong.getTargetType()))
        : "it is not YAML; look at the line and the one before it";
  }

  private static String kind(@Nullable Class<?> type) {
    if (type == null) {
      return "of another kind";
    }
    if (Number.class.isAssignableFrom(type)) {
      return "a number";
    }
    if (type == Boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "text";
    }
    return Collection.class.isAssignableFrom(type) ? "a list" : "a section of settings";
  }
}
