// The pictures of one request, however they come.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/probe.h"
#include "edgevlm/scheduler.h"
#include "server/options.h"
#include "server/parse/fields.h"

namespace edgevlm {

// Takes pictures and charges them to the request's limits: how many, their pixels (from their
// headers, before they are decoded). The first problem is kept, with the field it is in; after it,
// nothing more is taken.
class Pictures {
 public:
  Pictures(const RequestLimits& limits, Problem& problem) : limits_(limits), problem_(problem) {}

  // A data URI, base64 alone, or an https address. Addresses of this machine's files are refused.
  RequestPart FromText(std::string_view text, const std::string& where);
  // A file's bytes.
  RequestPart FromBytes(std::string bytes, const std::string& where);

  // What was taken, in order.
  const std::vector<ImageFileInfo>& infos() const { return infos_; }

 private:
  void Refuse(ApiError error, const std::string& where);

  const RequestLimits& limits_;
  Problem& problem_;
  std::vector<ImageFileInfo> infos_;
};

}  // namespace edgevlm
