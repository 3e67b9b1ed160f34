/** Tells endpoints of users about events, over HTTP. */
@NullMarked
package dev.nightjar.webhook;

import org.jspecify.annotations.NullMarked;
