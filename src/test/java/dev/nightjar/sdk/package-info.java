/** What official clients see of a real server. */
@NullMarked
package dev.nightjar.sdk;

import org.jspecify.annotations.NullMarked;
