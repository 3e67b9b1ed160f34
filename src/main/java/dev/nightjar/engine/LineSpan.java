package dev.nightjar.engine;

/**
 * Where a line is in the input file, and its parts in the line.
 *
 * @param offset of the line's first byte in the file
 * @param length of the line, without its newline
 * @param idStart of the custom_id token, quotes included, from the line's first byte
 * @param bodyStart of the body object, from the line's first byte
 */
record LineSpan(
    long offset, int length, int idStart, int idLength, int bodyStart, int bodyLength) {}
