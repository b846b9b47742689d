#pragma once

#include "config/model.h"
#include "etcd/client.h"

namespace heald::app {

inline etcd::Address addressOf(const config::EtcdOptions& options) {
  return {options.endpoints, options.username,  options.password_file,
          options.ca_file,   options.cert_file, options.key_file};
}

}  // namespace heald::app
