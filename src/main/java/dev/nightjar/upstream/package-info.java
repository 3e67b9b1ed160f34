/** Inference servers, called over HTTP. */
@NullMarked
package dev.nightjar.upstream;

import org.jspecify.annotations.NullMarked;
