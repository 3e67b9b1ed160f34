package dev.nightjar.engine.message;

import java.io.Serializable;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which names of models an upstream takes. What it lists goes by more than one: Ollama lists {@code
 * llama3.2:latest} for {@code llama3.2}, Gemini {@code models/gemini-2.0-flash}, and people write
 * Hugging Face's names in small letters. It is called with the name that it lists.
 */
public final class ModelNames implements Serializable {
  private static final long serialVersionUID = 1;

  private static final String NAMESPACE = "models/";
  private static final String DEFAULT_TAG = ":latest";

  /** What else it takes than what it lists. */
  public enum Others {
    NONE,
    /** Any name, if it lists exactly one: it has one model loaded, and looks at no name. */
    ANY_WITH_ONE,
    ANY
  }

  private final Set<String> listed;
  private final Others others;

  /** Each by its plain form; of two with the same one the first. */
  private final Map<String, String> byForm = new HashMap<>();

  private ModelNames(Collection<String> listed, Others others) {
    this.listed = Collections.unmodifiableSet(new LinkedHashSet<>(listed)); // In order, replayed.
    this.others = others;
    for (String name : this.listed) {
      byForm.putIfAbsent(form(name), name);
    }
  }

  public static ModelNames of(Collection<String> listed) {
    return of(listed, Others.NONE);
  }

  public static ModelNames of(Collection<String> listed, Others others) {
    return new ModelNames(listed, others);
  }

  /** It lists these now. */
  public ModelNames with(Collection<String> newListed) {
    return new ModelNames(newListed, others);
  }

  public Set<String> listed() {
    return listed;
  }

  /** Nothing is known of which it takes. */
  public boolean isUnknown() {
    return listed.isEmpty() && others != Others.ANY;
  }

  /** How it is called with this model: the exact name, else the listed one; null: it has none. */
  public @Nullable String spelling(String model) {
    if (listed.contains(model)) {
      return model;
    }
    String other = byForm.get(form(model));
    if (other != null) {
      return other;
    }
    boolean isAny = others == Others.ANY || (others == Others.ANY_WITH_ONE && listed.size() == 1);
    return isAny ? model : null;
  }

  private static String form(String name) {
    String form = name.toLowerCase(Locale.ROOT);
    if (form.startsWith(NAMESPACE)) {
      form = form.substring(NAMESPACE.length());
    }
    return form.endsWith(DEFAULT_TAG)
        ? form.substring(0, form.length() - DEFAULT_TAG.length())
        : form;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelNames names
        && names.listed.equals(listed)
        && names.others == others;
  }

  @Override
  public int hashCode() {
    return Objects.hash(listed, others);
  }

  @Override
  public String toString() {
    return others == Others.NONE ? listed.toString() : listed + " and " + others;
  }
}
