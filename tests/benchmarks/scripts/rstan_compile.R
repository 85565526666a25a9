# Compile the model once. Arguments: model, file for what was compiled.
suppressMessages(library(rstan))
asked <- commandArgs(TRUE)
if (dir.exists("/usr/include/boost")) rstan_options(boost_lib = "/usr/include")  # as Debian has it
saveRDS(stan_model(asked[1], save_dso = TRUE), asked[2])
