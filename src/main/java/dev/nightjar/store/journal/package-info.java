/** AnswerLog as an append-only journal. */
@NullMarked
package dev.nightjar.store.journal;

import org.jspecify.annotations.NullMarked;
