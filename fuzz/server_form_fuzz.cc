// Any bytes as a multipart body with the boundary "x": its parts, their fields, and the images in
// them. A crash or a sanitizer's report is the bug.
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/check.h"
#include "edgevlm/edgevlm.h"
#include "server/api/form.h"
#include "server/decode_fields.h"
#include "server/parse/multipart.h"
#include "server/request_images.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  static_cast<void>(edgevlm::FormBoundary(body));
  const auto parts = edgevlm::ParseForm(body, "x");
  if (!parts) return 0;
  for (const edgevlm::FormPart& part : *parts) {
    CHECK(!part.name.empty());
    CHECK(body.data() <= part.bytes.data());
    CHECK(part.bytes.data() + part.bytes.size() <= body.data() + body.size());
  }
  auto form = edgevlm::ReadForm(body, "x");
  if (!form) return 0;
  static const edgevlm::Result<edgevlm::Engine> engine = edgevlm::Engine::LoadBuiltin();
  const edgevlm::ServerRules rules;
  edgevlm::Problem problem;
  edgevlm::Fields fields(form->fields, "", problem);
  const edgevlm::DecodeOptions decode = edgevlm::ReadDecodeFields(fields, rules, *engine);
  edgevlm::RequestImages images(rules, problem);
  for (std::string& file : form->files) images.FromBytes(std::move(file), "image");
  images.FromText(fields.Text("image", ""), "image");
  images.FromId(fields.Text("image_id", ""), "image_id");
  if (!problem) CHECK(!edgevlm::Validate(decode));
  return 0;
}
