package dev.nightjar.validation;

import dev.nightjar.cost.Terms;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is asked of an input file.
 *
 * @param modelRefusal why no upstream can have a model; empty when one may
 */
public record ValidationRules(
    InputLimits limits, Terms terms, Function<String, Optional<String>> modelRefusal) {}
