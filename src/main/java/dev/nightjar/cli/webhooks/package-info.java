/** {@code nightjar webhooks}. */
@NullMarked
package dev.nightjar.cli.webhooks;

import org.jspecify.annotations.NullMarked;
