package dev.nightjar.http;

import dev.nightjar.api.files.UploadView;
import dev.nightjar.file.Upload;
import dev.nightjar.file.UploadPart;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Uploads and their parts as the API shows them. */
final class UploadJson {
  private UploadJson() {}

  static ObjectNode of(UploadView view) {
    Upload upload = view.upload();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", upload.id().value());
    json.put("object", "upload");
    json.put("bytes", upload.bytes());
    json.put("created_at", upload.createdAt().getEpochSecond());
    json.put("filename", upload.filename());
    json.put("purpose", FileJson.purpose(upload.purpose()));
    json.put("status", upload.status().name().toLowerCase(Locale.ROOT));
    json.put("expires_at", upload.expiresAt().getEpochSecond());
    json.set("file", view.file() == null ? null : FileJson.of(view.file()));
    return json;
  }

  static ObjectNode of(UploadPart part) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", part.id().value());
    json.put("object", "upload.part");
    json.put("created_at", part.createdAt().getEpochSecond());
    json.put("upload_id", part.upload().value());
    return json;
  }
}
