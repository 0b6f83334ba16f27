// SessionFile: the --session option, a conversation that goes on where it ended.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

class SessionFile {
 public:
  void Declare(CLI::App& app);

  bool is_given() const { return !path_.empty(); }

  // What the file holds, if it is there, becomes the session's; returns the messages. Errors, which
  // name the file: those of Session::Restore, of reading, and of writing there: whoever talks must
  // not learn at the end that nothing can be saved.
  Result<std::vector<Message>> Restore(Session& session) const;

  // Writes the session in the file's place, which keeps what it held until all is written. Nothing
  // without --session. Errors: kIo, kInvalid; name the file.
  MaybeError Save(const Session& session, std::span<const Message> messages,
                  SavedParts parts = SavedParts::kAll) const;

 private:
  std::string path_;
};

}  // namespace edgevlm
