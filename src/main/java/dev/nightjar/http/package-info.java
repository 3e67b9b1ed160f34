/** The HTTP edge: parse, call, render. */
@NullMarked
package dev.nightjar.http;

import org.jspecify.annotations.NullMarked;
