package dev.nightjar.validation;

import dev.nightjar.cost.Terms;
import java.util.function.Supplier;

/**
 * What is asked of an input file.
 *
 * @param offered which models there are now
 */
public record ValidationRules(InputLimits limits, Terms terms, Supplier<OfferedModels> offered) {}
