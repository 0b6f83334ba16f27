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
  Pictures(const ServerRules& rules, Problem& problem)
      : limits_(rules.limits), remote_(rules.remote), problem_(problem) {}

  // A data URI, base64 alone, or an address that the rules let be fetched, which blocks meanwhile.
  RequestPart FromText(std::string_view text, const std::string& where);
  // A file's bytes.
  RequestPart FromBytes(std::string bytes, const std::string& where);

  // What was taken, in order.
  const std::vector<ImageFileInfo>& infos() const { return infos_; }

 private:
  RequestPart FromAddress(const std::string& address, const std::string& where);
  void Refuse(ApiError error, const std::string& where);

  const RequestLimits& limits_;
  const RemoteRules& remote_;
  Problem& problem_;
  std::vector<ImageFileInfo> infos_;
};

}  // namespace edgevlm
