/** What the verbs of webhook endpoints do. */
@NullMarked
package dev.nightjar.api.webhooks;

import org.jspecify.annotations.NullMarked;
