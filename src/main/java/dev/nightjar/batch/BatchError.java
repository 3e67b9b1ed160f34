package dev.nightjar.batch;

import org.jspecify.annotations.Nullable;

/**
 * Why a batch failed validation, one entry of {@code errors.data}.
 *
 * @param line the physical line of the input file, from 1; null when no line is to blame
 */
public record BatchError(
    String code, String message, @Nullable String param, @Nullable Long line) {}
