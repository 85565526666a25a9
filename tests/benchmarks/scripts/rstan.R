# The posterior by rstan, 4 chains in turn, compiled beforehand.
# Arguments: CSV, compiled model, 1 for centred or 0, file for the draws (optional).
suppressMessages(library(rstan))
asked <- commandArgs(TRUE)
d <- read.csv(asked[1])
model <- readRDS(asked[2])
began <- proc.time()
fit <- sampling(
  model, refresh = 0, seed = 1, chains = 4, iter = 2000, cores = 1,
  pars = c("mu", "tau", "rho"),
  data = list(K = nrow(d), tp = d$tp, n1 = d$tp + d$fn, tn = d$tn, n0 = d$tn + d$fp,
              centred = as.integer(asked[3]))
)
spent <- proc.time() - began
draws <- extract(fit, permuted = FALSE)  # iteration, chain, parameter
if (length(asked) > 3) {
  kept <- draws[, , c("mu[1]", "mu[2]", "tau[1]", "tau[2]", "rho")]
  chain <- rep(seq_len(ncol(kept)), each = nrow(kept))
  dim(kept) <- c(length(chain), 5)
  write.csv(cbind(chain, kept), asked[4], row.names = FALSE)
}
print(summary(fit)$summary)
centre <- plogis(c(median(draws[, , "mu[1]"]), median(draws[, , "mu[2]"])))
astray <- get_num_divergent(fit)
said <- if (astray > 0) sprintf("%d divergences", astray) else ""
cat(sprintf('{"sens": %.5f, "spec": %.5f, "fit_cpu": %.4f, "trouble": "%s"}\n',
            centre[1], centre[2], sum(spent[c(1, 2, 4, 5)]), said))
