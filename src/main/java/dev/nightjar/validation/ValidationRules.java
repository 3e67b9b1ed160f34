package dev.nightjar.validation;

import dev.nightjar.cost.Terms;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is asked of an input file, and how much may be held for all of them.
 *
 * @param modelRefusal why no upstream can have a model; empty when one may
 * @param memoryBytesMax for the custom_ids of all that are begun
 */
public record ValidationRules(
    InputLimits limits,
    Terms terms,
    Function<String, Optional<String>> modelRefusal,
    long memoryBytesMax) {}
