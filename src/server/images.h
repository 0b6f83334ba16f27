// The images of one request, however they come.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "edgevlm/probe.h"
#include "edgevlm/scheduler.h"
#include "server/options.h"
#include "server/parse/fields.h"

namespace edgevlm {

// An image of a request, as its answer tells of it.
struct ShownImage {
  std::string id;  // SHA-256 of its file: later requests may send that alone
  ImageFileInfo info;
};

// Where images that were sent before are looked for.
struct HeldImages {
  const Engine* engine = nullptr;  // null: nowhere
  std::string scope = {};
};

// Takes images and charges them to the request's limits: how many, their pixels (from their
// headers, before they are decoded). The first problem is kept, with the field it is in; after it,
// nothing more is taken.
class Images {
 public:
  Images(const ServerRules& rules, Problem& problem, HeldImages held = {})
      : limits_(rules.limits), remote_(rules.remote), problem_(problem), held_(std::move(held)) {}

  // A data URI, base64 alone, or an address that the rules let be fetched, which blocks meanwhile.
  RequestPart FromText(std::string_view text, const std::string& where);
  // A file's bytes.
  RequestPart FromBytes(std::string bytes, const std::string& where);
  // One that was sent before. Refused with 404 and image_not_cached if it is held no more.
  RequestPart FromId(const std::string& id, const std::string& where);

  // How long addresses were waited for.
  double fetch_ms() const { return fetch_ms_; }

  // What was taken, in order.
  const std::vector<ShownImage>& shown() const { return shown_; }

 private:
  bool HasRoom(const std::string& where);
  RequestPart FromAddress(const std::string& address, const std::string& where);
  void Refuse(ApiError error, const std::string& where);

  const RequestLimits& limits_;
  const RemoteRules& remote_;
  Problem& problem_;
  const HeldImages held_;
  std::vector<ShownImage> shown_;
  double fetch_ms_ = 0;
};

}  // namespace edgevlm
