package dev.nightjar.validation;

import dev.nightjar.file.LongLines;
import dev.nightjar.store.ObjectStore;
import dev.nightjar.store.Stores;

/** Where the files are, and who may hold a long line of one. */
public record ValidationInputs(Stores stores, ObjectStore objects, LongLines longLines) {}
