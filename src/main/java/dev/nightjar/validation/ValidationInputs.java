package dev.nightjar.validation;

import dev.nightjar.file.LongLines;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.ObjectStore;

/** Where the files are, and who may hold a long line of one. */
public record ValidationInputs(MetaStore meta, ObjectStore objects, LongLines longLines) {}
