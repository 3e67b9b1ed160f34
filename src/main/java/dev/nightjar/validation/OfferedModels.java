package dev.nightjar.validation;

/** Which models upstreams have, as of about one moment. One thread at a time. */
public interface OfferedModels {
  /** Whoever cannot be asked may have it. */
  OfferedModels ANY =
      new OfferedModels() {
        @Override
        public boolean mayHave(String model) {
          return true;
        }

        @Override
        public String refusal(String model) {
          throw new IllegalStateException(model + " is not refused");
        }
      };

  /** Whether any of them may have it. */
  boolean mayHave(String model);

  /** Why none has it, in a sentence. */
  String refusal(String model);
}
