package dev.nightjar.validation;

import dev.nightjar.batch.BatchError;
import org.jspecify.annotations.Nullable;

/**
 * What the models of a file's lines must be: each one that an upstream may have, and all the same,
 * unless several are allowed. One thread at a time.
 */
final class ModelRules {
  private static final int CHARACTERS_MAX = 1_000;
  private static final String PARAM = "body.model";

  private final boolean allowsMixed;
  private OfferedModels offered = OfferedModels.ANY;
  private @Nullable String model;
  private boolean hasSeveral;

  /** The last that was looked for, and whether it is offered: most lines ask for the same one. */
  private @Nullable String looked;

  private boolean isOffered;
  private int refused;

  ModelRules(boolean allowsMixed) {
    this.allowsMixed = allowsMixed;
  }

  /** From now on these are. */
  void offered(OfferedModels models) {
    offered = models;
    looked = null;
  }

  /** What is wrong with the model of a line, "" if it may leave it out; null if nothing is. */
  @Nullable BatchError check(String own, long number) {
    if (own.equals(model) && isOffered(own)) {
      return null;
    }
    if (own.length() > CHARACTERS_MAX || !BatchError.isClean(own)) {
      String unknown =
          "The provided model '%s' is not supported by the Batch API."
              .formatted(BatchError.excerpt(own));
      return new BatchError("model_not_found", unknown, PARAM, number);
    }
    if (!isOffered(own)) {
      // Errors that are not listed need no words.
      String why = refused++ < Validator.ERRORS_MAX ? offered.refusal(own) : "";
      return new BatchError("model_not_found", why, PARAM, number);
    }
    if (model == null) {
      model = own;
      return null;
    }
    hasSeveral = true;
    return allowsMixed ? null : mismatched(own, number);
  }

  private boolean isOffered(String own) {
    if (!own.equals(looked)) {
      isOffered = own.isEmpty() || offered.mayHave(own);
      looked = own;
    }
    return isOffered;
  }

  private static BatchError mismatched(String own, long number) {
    return new BatchError(
        "mismatched_model",
        "The model '%s' for this request does not match the rest of the batch. Each batch"
                .formatted(BatchError.excerpt(own))
            + " must contain requests for a single model.",
        PARAM,
        number);
  }

  /** That of all lines, "" where they leave it out; null if they differ. */
  @Nullable String ofAll() {
    return hasSeveral ? null : model;
  }
}
