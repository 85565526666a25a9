# The posterior by JAGS, 4 chains in turn. Arguments: CSV, model, file for the draws (optional).
suppressMessages(library(rjags))
asked <- commandArgs(TRUE)
d <- read.csv(asked[1])
invisible(load.module("glm", quiet = TRUE))
began <- proc.time()
start <- lapply(1:4, function(i) list(.RNG.name = "base::Mersenne-Twister", .RNG.seed = i))
model <- jags.model(
  asked[2], list(K = nrow(d), tp = d$tp, n1 = d$tp + d$fn, tn = d$tn, n0 = d$tn + d$fp),
  inits = start, n.chains = 4, n.adapt = 1000, quiet = TRUE
)
draws <- coda.samples(model, c("mu", "tau", "rho"), n.iter = 5000, progress.bar = "none")
spent <- proc.time() - began
both <- as.matrix(draws, chains = TRUE)
if (length(asked) > 2) write.csv(both, asked[3], row.names = FALSE)
print(summary(draws)$quantiles)
centre <- plogis(apply(both[, c("mu[1]", "mu[2]")], 2, median))
rhat <- max(gelman.diag(draws, multivariate = FALSE)$psrf[, 1])
said <- if (rhat > 1.01) sprintf("R-hat %.3f", rhat) else ""
cat(sprintf('{"sens": %.5f, "spec": %.5f, "fit_cpu": %.4f, "trouble": "%s"}\n',
            centre[1], centre[2], sum(spent[c(1, 2, 4, 5)]), said))
